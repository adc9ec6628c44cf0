using System.Diagnostics;
using CsCheck;
using LocalSlm.Templating;

namespace LocalSlm.Tests.Templating;

/// <summary>A template comes with a model file: whatever it does must end in <see cref="ChatTemplateException"/>, soon.</summary>
public class HostileTemplateTests
{
    public static TheoryData<string> Sources =>
        [
            // Time.
            "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}x{% endfor %}{% endfor %}{% endfor %}",
            "{% set l = [1] %}{% for x in l %}{% set _ = l.append(1) %}{% endfor %}",
            "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
            "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{{ a() }}{% endmacro %}{{ a() }}",
            "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
            "{% set l = range(99999) | list %}{{ (l * 40) | sort | unique | list | length }}{{ (l * 50) | length }}",
            // Memory.
            "{% set ns = namespace(s='xxxxxxxxxxxxxxxx') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
            "{% set ns = namespace(l=[1, 2]) %}{% for i in range(100) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
            "{{ 'x' * 999999999999 }}",
            "{{ [0] * 999999999999 }}",
            "{{ [0] * (2 ** 31) }}",
            "{{ 2 ** 99999999999 }}",
            "{{ 9 ** 9 ** 9 ** 9 ** 9 }}",
            "{% set ns = namespace(n=3) %}{% for i in range(100) %}{% set ns.n = ns.n * ns.n %}{% endfor %}",
            "{{ range(999999999) | list }}",
            "{{ range(2 ** 62, -(2 ** 62), -1) }}",
            "{{ '%999999999d' % 1 }}",
            "{{ '%.999999999f' % 1.5 }}",
            "{{ '%*d' % (999999999, 1) }}",
            "{{ '{:999999999}'.format(1) }}",
            "{{ 'x'.ljust(999999999) }}",
            "{{ 'x' | center(999999999) }}",
            "{{ 'x' | indent(999999999, true) }}",
            "{{ 'x'.zfill(999999999) }}",
            "{{ [1] | batch(999999999, 0) | list }}",
            "{{ [1] | slice(999999999) | list }}",
            "{% set ns = namespace(s='a') %}{% for i in range(9999) %}{% set ns.s = ns.s.replace('a', 'aaaaaaaaaaaaaaaa') %}{% endfor %}",
            "{% for i in range(99999) %}{{ 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' * 100 }}{% endfor %}",
            "{% set l = [] %}{% for i in range(99999) %}{% set _ = l.append('x' * 9999) %}{% endfor %}",
            "{% set s = 'x' * 9999999 %}{{ (s | list) | length }}",
            // Depth of values.
            "{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
            "{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x | tojson }}",
            "{% set ns = namespace(x=[], y=[]) %}{% for i in range(9999) %}{% set ns.x = [ns.x] %}{% set ns.y = [ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
            "{% set ns = namespace(x=1) %}{% for i in range(9999) %}{% set ns.x = (ns.x,) %}{% endfor %}{{ {ns.x: 1} }}",
            "{% set l = [] %}{% set _ = l.append(l) %}{{ l | tojson }}",
            "{% set l = [] %}{% set _ = l.append(l) %}{{ l }}",
            "{% set d = {} %}{% set _ = d.update({'d': d}) %}{{ d | tojson }}",
            // Depth of the template itself.
            "{{ " + new string('(', 100_000) + "1" + new string(')', 100_000) + " }}",
            "{{ " + new string('[', 100_000) + new string(']', 100_000) + " }}",
            "{{ " + string.Concat(Enumerable.Repeat("{1:", 100_000)) + "1" + new string('}', 100_000) + " }}",
            "{{ " + string.Concat(Enumerable.Repeat("not ", 100_000)) + "1 }}",
            "{{ " + new string('-', 100_000) + "1 }}",
            "{{ 1" + string.Concat(Enumerable.Repeat(" - 1", 100_000)) + " }}",
            "{{ 1" + string.Concat(Enumerable.Repeat(" if 1 else 2", 100_000)) + " }}",
            "{{ x" + string.Concat(Enumerable.Repeat(".x", 100_000)) + " }}",
            "{{ x" + string.Concat(Enumerable.Repeat("[0]", 100_000)) + " }}",
            "{{ x" + string.Concat(Enumerable.Repeat("()", 100_000)) + " }}",
            "{{ x" + string.Concat(Enumerable.Repeat(" | list", 100_000)) + " }}",
            "{{ x is" + string.Concat(Enumerable.Repeat(" sameas x is", 100_000)) + " }}",
            string.Concat(Enumerable.Repeat("{% if 1 %}", 100_000)),
            string.Concat(Enumerable.Repeat("{% for x in y %}", 100_000)),
            string.Concat(Enumerable.Repeat("{% macro m() %}", 100_000)),
            "{% set " + new string('(', 100_000) + "a" + new string(')', 100_000) + " = 1 %}",
            "{{ '{:{:{:{:{:1}}}}}'.format(1, 2, 3, 4, 5) }}",
            "{{ " + new string('9', 100_000) + " }}",
        ];

    [Theory]
    [MemberData(nameof(Sources))]
    public void Render_HostileTemplate_EndsInTemplateException(string source)
    {
        var watch = Stopwatch.StartNew();
        var error = OnSmallStack(() =>
            ChatTemplate.Parse(source).Render(new ChatTemplateInput { Variables = new Dictionary<string, object?>() })
        );
        Assert.IsType<ChatTemplateException>(error);
        Assert.NotNull(((ChatTemplateException)error).Line);
        // Far above what any of them takes; a template that is not bounded would run for hours.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
    }

    [Fact]
    public void Render_LongButHonestChains_Work()
    {
        string sum = "{{ 'x'" + string.Concat(Enumerable.Repeat(" + 'y'", 5000)) + " }}";
        Assert.Equal(5001, Render(sum).Length);
        string choice =
            "{% if a == 0 %}0"
            + string.Concat(Enumerable.Range(1, 2000).Select(i => $"{{% elif a == {i} %}}{i}"))
            + "{% endif %}";
        Assert.Equal("1999", Render(choice, ("a", 1999L)));
        string either = "{{ a == 0" + string.Concat(Enumerable.Range(1, 2000).Select(i => $" or a == {i}")) + " }}";
        Assert.Equal("True", Render(either, ("a", 1999L)));
    }

    [Fact]
    public void Render_PromptOfTenMegabytes_Works()
    {
        var content = new CallerText(new string('x', 10_000_000));
        var messages = new List<object?>
        {
            new Dictionary<string, object?> { ["role"] = "user", ["content"] = content },
        };
        Assert.Equal(
            10_000_000 + 50,
            Render(BuiltInTemplates.GetByName("chatml"), ("messages", messages), ("add_generation_prompt", true)).Length
        );
    }

    [Fact]
    public void Render_Cancelled_Throws()
    {
        using var source = new CancellationTokenSource(50);
        var template = ChatTemplate.Parse(
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
        );
        var input = new ChatTemplateInput
        {
            Variables = new Dictionary<string, object?>(),
            Limits = new TemplateLimits { MaxSteps = int.MaxValue },
        };
        var error = Assert.ThrowsAny<OperationCanceledException>(() => template.Render(input, source.Token));
        Assert.Equal(source.Token, error.CancellationToken);
    }

    [Fact]
    public void Render_OverGivenLimits_SaysWhich()
    {
        var input = new ChatTemplateInput
        {
            Variables = new Dictionary<string, object?>(),
            Limits = new TemplateLimits { MaxSteps = 1000, MaxOutputCharacters = 5000 },
        };
        Assert.Contains("1000 steps", Fail("{% for a in range(9999) %}x{% endfor %}"), StringComparison.Ordinal);
        Assert.Contains("5000", Fail("{{ 'x' * 6000 }}"), StringComparison.Ordinal);
        string Fail(string source) =>
            Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source).Render(input)).Message;
    }

    [Fact]
    public void ParseAndRender_RandomTemplates_ThrowNothingButTemplateException()
    {
        var pieces = Gen.OneOfConst(
            "{{",
            "}}",
            "{%",
            "%}",
            "{#",
            "#}",
            "-",
            "+",
            "if",
            "else",
            "elif",
            "endif",
            "for",
            "in",
            "endfor",
            "set",
            "endset",
            "macro",
            "endmacro",
            "call",
            "endcall",
            "filter",
            "endfilter",
            "with",
            "endwith",
            "raw",
            "endraw",
            "break",
            "continue",
            "generation",
            "endgeneration",
            "block b",
            "endblock",
            "autoescape",
            "endautoescape",
            "recursive",
            "is",
            "not",
            "and",
            "or",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            ".",
            "|",
            "=",
            "==",
            "<",
            "~",
            "*",
            "**",
            "//",
            "%",
            "'a'",
            "\"%s\"",
            "'{}'",
            "1",
            "0",
            "2.5",
            "1e400",
            "x",
            "m",
            "u",
            "d",
            "loop",
            "ns",
            "namespace()",
            "range(3)",
            "none",
            "true",
            "tojson",
            "indent",
            "sort",
            "map",
            "select",
            "join",
            "upper",
            "first",
            "batch(2)",
            "round",
            "int",
            "float",
            "truncate(3)",
            "wordwrap(2)",
            "groupby('k')",
            "dictsort",
            "slice(2)",
            "unique",
            "sum",
            "min",
            "title",
            "center(5)",
            "format",
            "items",
            ".split()",
            ".append(1)",
            ".pop()",
            ".items()",
            ".get('k')",
            "defined",
            "string",
            "sameas",
            "divisibleby",
            "\n",
            " ",
            " ",
            " ",
            "😀",
            "\ud800",
            "text",
            "\\",
            "'"
        );
        var expressions = Gen.OneOfConst(
            "u",
            "d",
            "x",
            "l",
            "1",
            "-2",
            "1.5",
            "'a b'",
            "none",
            "true",
            "[1, 'b', u]",
            "{'k': u}",
            "(1, 2)",
            "range(4)",
            "undef"
        );
        var filters = Gen.OneOfConst([.. Filters.Table.Keys.Where(k => k != "random").Order(StringComparer.Ordinal)]);
        var methods = Gen.OneOfConst([
            .. StringMethods
                .Table.Keys.Concat(ListMethods.Table.Keys)
                .Concat(DictMethods.Table.Keys)
                .Distinct()
                .Order(StringComparer.Ordinal),
        ]);
        var tests = Gen.OneOfConst([.. JinjaTests.Table.Keys.Order(StringComparer.Ordinal)]);
        var operators = Gen.OneOfConst("+", "-", "*", "/", "//", "%", "**", "~", "==", "<", "in", "and");
        var calls = Gen.Select(
            expressions,
            filters,
            expressions,
            expressions,
            (a, f, b, c) => $"{{{{ {a} | {f} }}}}{{{{ {a} | {f}({b}) }}}}{{{{ {a} | {f}({b}, {c}) }}}}"
        );
        var methodCalls = Gen.Select(
            expressions,
            methods,
            expressions,
            expressions,
            (a, m, b, c) => $"{{{{ ({a}).{m}({b}) }}}}{{{{ ({a}).{m}({b}, {c}) }}}}"
        );
        var methodCall = Gen.Select(expressions, methods, (a, m) => $"{{{{ ({a}).{m}() }}}}");
        var operations = Gen.Select(expressions, operators, expressions, (a, o, b) => $"{{{{ {a} {o} {b} }}}}");
        var access = Gen.Select(
            expressions,
            expressions,
            expressions,
            (a, b, c) => $"{{{{ ({a})[{b}] }}}}{{{{ ({a})[{b}:{c}] }}}}{{{{ ({a})[::{c}] }}}}"
        );
        var isTests = Gen.Select(
            expressions,
            tests,
            expressions,
            (a, t, b) => $"{{{{ {a} is {t} }}}}{{{{ {a} is {t}({b}) }}}}"
        );
        var template = Gen.OneOf(
            pieces.Array[0, 30].Select(p => string.Concat(p)),
            pieces.Array[1, 12].Select(p => "{{ " + string.Join(' ', p) + " }}"),
            pieces.Array[1, 12].Select(p => "{% " + string.Join(' ', p) + " %}"),
            calls,
            methodCalls,
            methodCall,
            operations,
            access,
            isTests
        );
        var variables = new Dictionary<string, object?>
        {
            ["x"] = 3L,
            ["u"] = new CallerText("user \ud83d\ude00 %s {}"),
            ["d"] = new Dictionary<string, object?>
            {
                ["k"] = new CallerText("v"),
                ["n"] = new List<object?> { 1L, null },
            },
            ["l"] = new List<object?>
            {
                new Dictionary<string, object?> { ["k"] = 1L },
                new Dictionary<string, object?> { ["k"] = "b" },
            },
        };
        var limits = new TemplateLimits
        {
            MaxSteps = 20_000,
            MaxOutputCharacters = 200_000,
            MaxTotalCharacters = 2_000_000,
        };
        template.Sample(
            source =>
            {
                try
                {
                    GoldenValues.AssertWellFormed(
                        ChatTemplate
                            .Parse(source)
                            .Render(
                                new ChatTemplateInput
                                {
                                    Variables = variables,
                                    Limits = limits,
                                    TimeProvider = FixedTime.Golden,
                                }
                            )
                    );
                }
                catch (ChatTemplateException)
                {
                    // The one exception a template may end in.
                }
            },
            iter: 20_000,
            threads: 1
        );
    }

    private static string Render(string source, params (string Name, object? Value)[] variables) =>
        GoldenValues.Join(
            ChatTemplate
                .Parse(source)
                .Render(new ChatTemplateInput { Variables = variables.ToDictionary(v => v.Name, v => v.Value) })
        );

    // A quarter of a megabyte: less than any platform gives a thread by default.
    private static Exception? OnSmallStack(Action action)
    {
        Exception? error = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    action();
                }
                catch (Exception e)
                {
                    error = e;
                }
            },
            256 * 1024
        );
        thread.Start();
        thread.Join();
        return error;
    }
}
