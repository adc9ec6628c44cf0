using LocalSlm.Templating;

namespace LocalSlm.Tests.Templating;

/// <summary>Parts of the language that the golden snippets do not reach. Expected values follow the documentation of Jinja 3.1 and Python 3.11.</summary>
public class LanguageTests
{
    [Theory]
    // Loops.
    [InlineData(
        "{% for x in [1, 2, 3, 4] %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 4 %}{% break %}{% endif %}{{ x }}{% endfor %}",
        "13"
    )]
    [InlineData("{% for x in [] %}a{% else %}none{% endfor %}", "none")]
    [InlineData("{% for x in [1] %}a{% else %}none{% endfor %}", "a")]
    [InlineData("{% for x in 'ab' %}{{ loop.previtem }}{{ loop.nextitem }}|{% endfor %}", "b|a|")]
    [InlineData("{% for x in 'abc' %}{{ loop.cycle('1', '2') }}{% endfor %}", "121")]
    [InlineData("{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "123")]
    [InlineData(
        "{% for x in [[1, [2]], [3]] recursive %}{{ loop.depth }}{% if x is sequence %}({{ loop(x) }}){% else %}={{ x }};{% endif %}{% endfor %}",
        "1(2=1;2(3=2;))1(2=3;)"
    )]
    [InlineData("{% for x in [1, 2] %}{% set y = x %}{% endfor %}{{ y is defined }}", "False")]
    [InlineData(
        "{% for x in [1, 2] %}{% if loop.first %}{% set y = 1 %}{% endif %}{{ y is defined }}{% endfor %}",
        "TrueFalse"
    )]
    [InlineData("{% set x = 9 %}{% for x in [1] %}{{ x }}{% endfor %}{{ x }}", "19")]
    [InlineData("{% for x in [3, 1] if x > 1 %}{{ x }}{{ loop.length }}{% endfor %}", "31")]
    // Scopes and macros.
    [InlineData("{% set x = 1 %}{% macro m() %}{{ x }}{% endmacro %}{% set x = 2 %}{{ m() }}", "2")]
    [InlineData("{% macro m(a, b=a) %}{{ b }}{% endmacro %}{{ m(4) }}", "4")]
    [InlineData("{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, k=3) }}", "(1, 2){'k': 3}")]
    [InlineData(
        "{% macro m() %}{{ caller('x') }}{% endmacro %}{% call(a, b='y') m() %}{{ a }}{{ b }}{% endcall %}",
        "xy"
    )]
    [InlineData("{% macro f(n) %}{{ 1 if n < 2 else n * (f(n - 1) | int) }}{% endmacro %}{{ f(5) }}", "120")]
    [InlineData("{% set x = 1 %}{% with x = 2 %}{{ x }}{% set x = 3 %}{{ x }}{% endwith %}{{ x }}", "231")]
    [InlineData("{% set x = 1 %}{% generation %}{% set x = 2 %}{{ x }}{% endgeneration %}{{ x }}", "21")]
    [InlineData("{% if true %}{% set x = 1 %}{% endif %}{{ x }}", "1")]
    [InlineData(
        "{% set ns = namespace(n=0) %}{% for i in range(4) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
        "6"
    )]
    [InlineData("{% block a %}{{ 1 }}{% endblock a %}", "1")]
    [InlineData("{{ f(**{'a': 1}) if f is defined }}{{ dict(**{'a': 1}) }}", "{'a': 1}")]
    [InlineData("{{ range(*[1, 3]) | list }}", "[1, 2]")]
    // Undefined.
    [InlineData("{{ x }}{{ x | default('d') }}{{ x is undefined }}{{ [] if x else 1 }}{{ x | list }}", "dTrue1[]")]
    [InlineData("{{ '' | default('d') }}{{ '' | default('d', true) }}{{ none | default('d') }}", "dNone")]
    [InlineData("{{ 'a' in x }}{{ x == x }}{{ x != 1 }}", "FalseTrueTrue")]
    // What changes lists and dictionaries: refused by Python's sandbox, needed by published templates.
    [InlineData(
        "{% set l = [1] %}{% set _ = l.append(2) %}{% set _ = l.extend([3]) %}{{ l.pop(0) }}{{ l }}",
        "1[2, 3]"
    )]
    [InlineData(
        "{% set l = [2, 1] %}{% set _ = l.sort() %}{% set _ = l.insert(0, 5) %}{% set _ = l.reverse() %}{{ l }}",
        "[2, 1, 5]"
    )]
    [InlineData(
        "{% set d = {'a': 1} %}{% set _ = d.update({'b': 2}, c=3) %}{{ d }}{{ d.setdefault('e', 4) }}{{ d.pop('a') }}",
        "{'a': 1, 'b': 2, 'c': 3}41"
    )]
    // Strings count code points.
    [InlineData(
        "{{ '🎉é' | length }}{{ '🎉é'[1] }}{{ '🎉é'[::-1] }}{{ 'a🎉b'.find('b') }}{{ '🎉'.center(3, '-') }}",
        "2éé🎉2-🎉-"
    )]
    [InlineData(
        "{{ 'a,b,,c'.split(',') }}{{ ' a  b '.split() }}{{ 'a b c'.rsplit(' ', 1) }}{{ 'a b c'.split(none, 1) }}",
        "['a', 'b', '', 'c']['a', 'b']['a b', 'c']['a', 'b c']"
    )]
    [InlineData(
        "{{ 'a\\nb\\r\\nc'.splitlines() }}{{ 'ab'.isalpha() }}{{ 'ab1'.isalnum() }}{{ '12'.isdigit() }}{{ 'Ab'.swapcase() }}",
        "['a', 'b', 'c']TrueTrueTrueaB"
    )]
    [InlineData(
        "{{ 'abcabc'.count('bc') }}{{ 'abcabc'.rfind('b') }}{{ 'xay'.removeprefix('x').removesuffix('y') }}",
        "24a"
    )]
    [InlineData(
        "{{ '{0}-{1!r:>5}-{x[k]:.2f}-{:,}'.format(1, 'a', x={'k': 1.005}) if false else '{:,}'.format(1234567) }}",
        "1,234,567"
    )]
    [InlineData("{{ '{0}-{1!r:>5}-{x[k]:.2f}'.format(1, 'a', x={'k': 2.675}) }}", "1-  'a'-2.67")]
    [InlineData(
        "{{ '%.2f %e %g %+d %x %r' % (2.675, 12345.678, 0.0001, 5, 255, 'q') }}",
        "2.67 1.234568e+04 0.0001 +5 ff 'q'"
    )]
    [InlineData("{{ '%(a)s %(b)03d' % {'a': 'x', 'b': 7} }}", "x 007")]
    // Numbers.
    [InlineData(
        "{{ 2.5 | round }} {{ 3.5 | round }} {{ 2.675 | round(2) }} {{ 42 | round }} {{ 2.1 | round(0, 'ceil') }}",
        "2.0 4.0 2.67 42 3.0"
    )]
    [InlineData(
        "{{ 1e15 }} {{ 1e16 }} {{ 123456.789 }} {{ 0.0001 }} {{ 0.00001 }} {{ -0.0 }} {{ 1e22 }}",
        "1000000000000000.0 1e+16 123456.789 0.0001 1e-05 -0.0 1e+22"
    )]
    [InlineData(
        "{{ 2 ** 64 }} {{ 9223372036854775807 + 1 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }}",
        "18446744073709551616 9223372036854775808 -4 2 3.0 0.5"
    )]
    [InlineData(
        "{{ 1000 | filesizeformat }} {{ 1 | filesizeformat }} {{ 1536 | filesizeformat(true) }} {{ 500 | filesizeformat }}",
        "1.0 kB 1 Byte 1.5 KiB 500 Bytes"
    )]
    // Sequences.
    [InlineData(
        "{{ [1, 2, 3, 4] | select('even') | list }}{{ ['a', 'b'] | map('upper') | join }}{{ [3, 1] | sort | first }}",
        "[2, 4]AB1"
    )]
    [InlineData(
        "{% if [] | select %}generator{% endif %}{% set g = [1] | map('string') %}{{ g | list }}{{ g | list }}",
        "generator['1'][]"
    )]
    [InlineData(
        "{{ ['b', 'A', 'a'] | unique | list }}{{ ['b', 'A'] | min }}{{ [[1, 2], [3]] | sum(start=[]) }}",
        "['b', 'A']A[1, 2, 3]"
    )]
    [InlineData(
        "{{ [{'a': 1, 'b': 'x'}, {'a': 1, 'b': 'w'}] | sort(attribute='a,b') | map(attribute='b') | join }}",
        "wx"
    )]
    [InlineData(
        "{{ [1, 2, 3][-2:] }}{{ (1, 2, 3)[::2] }}{{ range(10)[2:8:3] | list }}{{ 'abc'[5:] }}",
        "[2, 3](1, 3)[2, 5]"
    )]
    [InlineData(
        "{{ {'b': 1, 'a': [true, none]} | tojson(indent=2) }}",
        "{\n  \"b\": 1,\n  \"a\": [\n    true,\n    null\n  ]\n}"
    )]
    [InlineData(
        "{{ {'b': 1, 'a': 2} | tojson(sort_keys=true) }}{{ [] | tojson(indent=2) }}{{ 'é' | tojson(ensure_ascii=true) }}",
        "{\"a\": 2, \"b\": 1}[]\"\\u00e9\""
    )]
    // Tests.
    [InlineData(
        "{{ 1 is in [1] }}{{ 'a' is in 'abc' }}{{ 1 is sameas 1 }}{{ [] is callable }}{{ range is callable }}{{ 'A' is upper }}",
        "TrueTrueTrueFalseTrueTrue"
    )]
    [InlineData(
        "{{ 1 is not none and 2 is not string }}{{ not x is defined }}{{ 'upper' is filter }}{{ 'odd' is test }}",
        "TrueTrueTrueTrue"
    )]
    // White space.
    [InlineData("  {%- if true +%}\n  x\n  {%- endif %}\ny", "\n  xy")]
    [InlineData("{{ 'a' -}}   \n  b", "ab")]
    [InlineData("a\r\nb\r\n", "a\nb")]
    [InlineData("{%- raw -%}  {{ x }}  {%- endraw -%}  y", "{{ x }}y")]
    [InlineData("   {# note #}\nx", "x")]
    public void Render_Snippet_GivesWhatJinjaGives(string source, string expected) =>
        Assert.Equal(expected, Render(source));

    [Theory]
    [InlineData("a\n{{ 1 + }}", 2, "unexpected 'end of print statement'")]
    [InlineData("a\n\n{% nope %}", 3, "unknown tag 'nope'")]
    [InlineData("{% if x %}\n\nx", 3, "endif")]
    [InlineData("{{ 'a' }\n", 1, "'}'")]
    [InlineData("\n{{ x | nosuchfilter }}", 2, "No filter named 'nosuchfilter'")]
    [InlineData("{% break %}", 1, "outside loop")]
    [InlineData("{# never closed", 1, "comment")]
    public void Parse_Malformed_SaysWhatAndWhere(string source, int line, string problem)
    {
        var error = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source));
        Assert.Equal(line, error.Line);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.False(error.RaisedByTemplate);
    }

    [Theory]
    [InlineData("\n\n{{ x.y }}", 3, "'x' is undefined")]
    [InlineData("\n{{ none + 'a' }}", 2, "unsupported operand type(s) for +: 'NoneType' and 'str'")]
    [InlineData("{% set d = {} %}\n{{ d.a.b }}", 2, "'dict object' has no attribute 'a'")]
    [InlineData("{{ 'a' < 1 }}", 1, "'<' not supported between instances of 'str' and 'int'")]
    [InlineData("{{ 1 / 0 }}", 1, "division by zero")]
    [InlineData("{% macro m(a) %}{% endmacro %}\n{{ m(1, 2) }}", 2, "macro 'm' takes not more than 1 argument(s)")]
    [InlineData("{% for x in 5 %}{% endfor %}", 1, "'int' object is not iterable")]
    [InlineData("{{ [1] | map('string') | length }}", 1, "has no len()")]
    public void Render_WrongUse_SaysWhatAndWhere(string source, int line, string problem)
    {
        var error = Assert.Throws<ChatTemplateException>(() => Render(source));
        Assert.Equal(line, error.Line);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_RaiseException_CarriesTheTemplatesWords()
    {
        var error = Assert.Throws<ChatTemplateException>(() => Render("\n{{ raise_exception('no ' ~ 'way') }}"));
        Assert.Equal("no way", error.Problem);
        Assert.True(error.RaisedByTemplate);
        Assert.Equal(2, error.Line);
    }

    [Fact]
    public void Render_TemplateThatChangesGivenLists_LeavesThemAsTheyWere()
    {
        var list = new List<object?> { 1L };
        var dict = new Dictionary<string, object?> { ["l"] = list };
        string text = Render(
            "{% set _ = d.l.append(2) %}{% set _ = d.update({'k': 3}) %}{{ d.l }}{{ d.k }}",
            ("d", dict)
        );
        Assert.Equal("[1, 2]3", text);
        Assert.Equal([1L], list);
        Assert.False(dict.ContainsKey("k"));
    }

    [Fact]
    public void Render_UnusableVariable_NamesItsType() =>
        Assert.Contains(
            "Uri",
            Assert
                .Throws<ChatTemplateException>(() => Render("{{ x }}", ("x", new Uri("https://example.org"))))
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Render_OnManyThreads_GivesTheSame()
    {
        var template = ChatTemplate.Parse(
            "{% set ns = namespace(n=0) %}{% for i in range(100) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}"
        );
        var input = new ChatTemplateInput { Variables = new Dictionary<string, object?>() };
        Parallel.For(0, 100, _ => Assert.Equal("4950", GoldenValues.Join(template.Render(input))));
    }

    private static string Render(string source, params (string Name, object? Value)[] variables) =>
        GoldenValues.Join(
            ChatTemplate
                .Parse(source)
                .Render(new ChatTemplateInput { Variables = variables.ToDictionary(v => v.Name, v => v.Value) })
        );
}
