using System.Text.Json;
using LocalSlm.Templating;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Templating;

/// <summary>Characters from the caller lie in text spans, all others in control spans.</summary>
public class ProvenanceTests
{
    // In expected values «…» is text from the caller.
    [Theory]
    [InlineData("<{{ u }}>", "<«abc»>")]
    [InlineData("{{ 'x' ~ u ~ 'y' }}", "x«abc»y")]
    [InlineData("{{ 'x' + u + 'y' + u }}", "x«abc»y«abc»")]
    [InlineData("{% set v = 'x' + u %}{{ v + '!' }}", "x«abc»!")]
    [InlineData("{{ (u + 'def')[1:5] }}", "«bc»de")]
    [InlineData("{{ (u + 'def')[::-1] }}", "fed«cba»")]
    [InlineData("{{ u[0] ~ '-' ~ u[-1] }}", "«a»-«c»")]
    [InlineData("{{ ('  ' + u + '  ') | trim }}", "«abc»")]
    [InlineData("{{ ('x' + u) | upper }}", "X«ABC»")]
    [InlineData("{{ ('xy ' + u) | title }}", "Xy «Abc»")]
    [InlineData("{{ u | replace('b', '<b>') }}", "«a»<b>«c»")]
    [InlineData("{{ 'a-b' | replace('-', u) }}", "a«abc»b")]
    [InlineData("{{ u.replace('b', '') }}", "«ac»")]
    [InlineData("{{ (u + ',' + u).split(',')[1] }}", "«abc»")]
    [InlineData("{{ ('x,' + u).split(',') | join('/') }}", "x/«abc»")]
    [InlineData("{{ u | join('-') }}", "«a»-«b»-«c»")]
    [InlineData("{{ ', '.join([u, 'z']) }}", "«abc», z")]
    [InlineData("{% for c in u %}[{{ c }}]{% endfor %}", "[«a»][«b»][«c»]")]
    [InlineData("{{ '%s!' % u }}", "«abc»!")]
    [InlineData("{{ '<%5s>' % u }}", "<  «abc»>")]
    [InlineData("{{ u | format }}", "«abc»")]
    [InlineData("{{ '<{}|{x:>5}>'.format(u, x=u) }}", "<«abc»|  «abc»>")]
    [InlineData("{{ {'k': u} | tojson }}", "{\"k\": \"«abc»\"}")]
    [InlineData("{{ q | tojson }}", "\"«say \\\"hi\\\"\\n»\"")]
    [InlineData("{{ [u, 'x'] | tojson }}", "[\"«abc»\", \"x\"]")]
    [InlineData("{{ [u, 'x'] }}", "['«abc»', 'x']")]
    [InlineData("{{ {'k': q} }}", "{'k': '«say \"hi\"\\n»'}")]
    [InlineData("{{ tree | tojson }}", "«{\"<k>\": [1, \"<v>\"]}»")]
    [InlineData("{{ tree }}", "«{'<k>': [1, '<v>']}»")]
    [InlineData("{% for k in tree %}{{ k }}{% endfor %}", "«<k>»")]
    [InlineData("{% for k, v in tree.items() %}{{ k }}={{ v | last }}{% endfor %}", "«<k>»=«<v>»")]
    [InlineData("{{ tree | dictsort | first | first }}", "«<k>»")]
    [InlineData("{{ {'a': tree} | tojson }}", "{\"a\": «{\"<k>\": [1, \"<v>\"]}»}")]
    [InlineData("{{ missing | default(u) }}", "«abc»")]
    [InlineData("{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(u) }}{{ m(u) | upper }}", "<«abc»><«ABC»>")]
    [InlineData("{% macro m() %}({{ caller() }}){% endmacro %}{% call m() %}{{ u }}{% endcall %}", "(«abc»)")]
    [InlineData("{% set b %}<{{ u }}>{% endset %}{{ b }}{{ b[1:] }}", "<«abc»>«abc»>")]
    [InlineData("{% filter upper %}x{{ u }}{% endfilter %}", "X«ABC»")]
    [InlineData("{% generation %}{{ u }}!{% endgeneration %}", "«abc»!")]
    [InlineData("{{ ('<' + u) | e }}", "&lt;«abc»")]
    [InlineData("{{ h | e }}", "«&lt;b&gt;»")]
    [InlineData("{% autoescape true %}{{ h }}<{% endautoescape %}", "«&lt;b&gt;»<")]
    [InlineData("{{ u | indent(2, true) }}", "  «abc»")]
    [InlineData("{{ u | center(7) }}", "  «abc»  ")]
    [InlineData("{{ (u * 2) + '.' }}", "«abcabc».")]
    [InlineData("{{ u | list | join }}", "«abc»")]
    [InlineData("{{ u.partition('b') | join('|') }}", "«a»|«b»|«c»")]
    [InlineData("{{ (u ~ ' def ghi') | wordwrap(7) }}", "«abc» def\nghi")]
    [InlineData("{{ (u ~ ' def ghi jkl mno') | truncate(9) }}", "«abc»...")]
    [InlineData("{{ (u ~ ' b') | urlencode }}", "«abc»%20b")]
    [InlineData("{{ [u] | map('upper') | list | first }}", "«ABC»")]
    [InlineData("{{ u ~ u }}", "«abcabc»")]
    [InlineData("{{ u if u == 'abc' and 'b' in u and u is string }}", "«abc»")]
    [InlineData("{{ u | length }}", "3")]
    [InlineData("{{ '%%%s' % (u,) }}", "%«abc»")]
    [InlineData("{{ ('a<' | e) + u }}", "a&lt;«abc»")]
    [InlineData(
        "{% set ns = namespace(t='') %}{% for i in [1, 2] %}{% set ns.t = ns.t + u ~ i %}{% endfor %}{{ ns.t }}",
        "«abc»1«abc»2"
    )]
    [InlineData("{{ u.strip('a') ~ u.lstrip('a') ~ u.rstrip('c') }}", "«bcbcab»")]
    [InlineData("{{ u.zfill(5) ~ '|' ~ u.rjust(4, '.') }}", "00«abc»|.«abc»")]
    [InlineData("{{ json.text }}{{ json | tojson }}", "«<x>{\"text\": \"<x>\"}»")]
    public void Render_TextFromCaller_KeepsItsProvenance(string source, string expected)
    {
        using var json = JsonDocument.Parse("""{"text": "<x>"}""");
        var variables = new Dictionary<string, object?>
        {
            ["u"] = new CallerText("abc", 7),
            ["q"] = new CallerText("say \"hi\"\n"),
            ["h"] = new CallerText("<b>"),
            ["tree"] = new Dictionary<string, object?>
            {
                ["<k>"] = new List<object?> { 1, new CallerText("<v>") },
            },
            ["json"] = json.RootElement,
        };
        var spans = ChatTemplate.Parse(source).Render(new ChatTemplateInput { Variables = variables });
        GoldenValues.AssertWellFormed(spans);
        Assert.Equal(expected, string.Concat(spans.Select(s => s.IsControl ? s.Text : $"«{s.Text}»")));
    }

    [Fact]
    public void Render_EveryGoldenTemplate_UserCharactersLieInTextSpans()
    {
        // Each message text is written with characters that occur in no template: whichever appear must be in text spans.
        ForEachGoldenTemplate(
            inReplies: true,
            (file, template, variables) =>
            {
                foreach (var span in template.Render(variables(text => Shift(text))))
                {
                    Assert.False(
                        span.IsControl && span.Text.AsSpan().ContainsAnyInRange('\uE000', '\uF8FF'),
                        $"{file}: '{span.Text}'"
                    );
                    Assert.True(
                        span.IsControl || span.Text.All(c => c is >= '\uE000' and <= '\uF8FF' || c < 128),
                        $"{file}: '{span.Text}'"
                    );
                }
            }
        );

        static string Shift(string text) =>
            string.Concat(text.Select(c => c is > ' ' and < (char)0x1000 ? (char)(c + 0xE000) : c));
    }

    [Fact]
    public void Render_EveryGoldenTemplate_MarkersInUserTextNeverBecomeControl()
    {
        ForEachGoldenTemplate(
            // Templates look for think tags in replies and close or drop them by design; a user's text steers nothing.
            inReplies: false,
            (file, template, variables) =>
            {
                var markers = Markers(file);
                var plain = Control(template, variables(_ => "plain"));
                // The same conversation with markers in the user's and the system's text: the control text must not change.
                string hostile = "a " + string.Concat(markers) + " b";
                var attacked = Control(template, variables(_ => hostile));
                Assert.True(
                    plain.SequenceEqual(attacked),
                    $"{file}: {string.Join('¦', plain)}\n{string.Join('¦', attacked)}"
                );
            }
        );

        static string[] Markers(string file)
        {
            using var golden = JsonDocument.Parse(File.ReadAllBytes(file));
            string source = golden.RootElement.GetProperty("template").GetString()!;
            return
            [
                .. System
                    .Text.RegularExpressions.Regex.Matches(
                        source,
                        @"<\|[^|<>]{1,40}\|>|\[/?[A-Z_]{3,30}\]|<[a-z_]{3,30}>|<(start|end)_of_turn>"
                    )
                    .Select(m => m.Value)
                    .Append("<|im_end|>")
                    .Append("[INST]")
                    .Append("</s>")
                    .Distinct(),
            ];
        }

        static List<string> Control(ChatTemplate template, ChatTemplateInput input) =>
            [.. template.Render(input).Where(s => s.IsControl).Select(s => s.Text)];
    }

    private static void ForEachGoldenTemplate(
        bool inReplies,
        Action<string, ChatTemplate, Func<Func<string, string>, ChatTemplateInput>> check
    )
    {
        int rendered = 0;
        foreach (string file in Directory.EnumerateFiles(TestAssets.GoldenOrSkip("templates"), "*.json"))
        {
            using var golden = JsonDocument.Parse(File.ReadAllBytes(file));
            if (!golden.RootElement.TryGetProperty("template", out var source))
            {
                continue;
            }

            var tokens = golden.RootElement.GetProperty("special_tokens");
            foreach (bool withSystem in new[] { false, true })
            {
                try
                {
                    check(
                        file,
                        ChatTemplate.Parse(source.GetString()!),
                        text => Input(text, tokens, withSystem, inReplies)
                    );
                    rendered++;
                }
                catch (ChatTemplateException)
                {
                    // Some templates refuse a system message, or want variables of their own; the golden tests cover their errors.
                }
            }
        }

        Assert.True(rendered > 60, $"only {rendered} renders");
    }

    private static ChatTemplateInput Input(
        Func<string, string> text,
        JsonElement tokens,
        bool withSystem,
        bool inReplies
    )
    {
        Dictionary<string, object?> Message(string role, string content) =>
            new()
            {
                ["role"] = role,
                ["content"] = new CallerText(role == "assistant" && !inReplies ? content : text(content)),
            };
        var messages = new List<object?>
        {
            Message("user", "What is <b>this</b>?"),
            Message("assistant", "A \"thing\"."),
            Message("user", " And that? "),
        };
        if (withSystem)
        {
            messages.Insert(0, Message("system", "Be kind."));
        }

        var variables = new Dictionary<string, object?>
        {
            ["messages"] = messages,
            ["tools"] = null,
            ["documents"] = null,
            ["add_generation_prompt"] = true,
        };
        foreach (var token in tokens.EnumerateObject())
        {
            variables[token.Name] = token.Value.GetString();
        }

        return new ChatTemplateInput { Variables = variables, TimeProvider = FixedTime.Golden };
    }
}
