using System.Collections.Frozen;

namespace LocalSlm.Templating;

/// <summary>Jinja's tests.</summary>
internal static class JinjaTests
{
    public static readonly FrozenDictionary<string, TemplateTest> Table = Make().ToFrozenDictionary();

    private static Dictionary<string, TemplateTest> Make()
    {
        var table = new Dictionary<string, TemplateTest>
        {
            ["defined"] = (_, v, _) => v is not Undefined,
            ["undefined"] = (_, v, _) => v is Undefined,
            ["none"] = (_, v, _) => v is null,
            ["boolean"] = (_, v, _) => v is bool,
            ["true"] = (_, v, _) => v is true,
            ["false"] = (_, v, _) => v is false,
            ["integer"] = (_, v, _) => v is not bool && Numbers.IsInteger(v),
            ["float"] = (_, v, _) => v is double,
            ["number"] = (_, v, _) => Numbers.Is(v),
            ["string"] = (_, v, _) => Texts.Is(v),
            ["mapping"] = (_, v, _) => v is DictValue,
            ["sequence"] = (_, v, _) =>
                v is string or TemplateText or ListValue or TupleValue or DictValue or RangeValue or Undefined,
            ["iterable"] = (_, v, _) => Values.IsIterable(v),
            ["callable"] = (_, v, _) => Values.IsCallable(v),
            ["escaped"] = (_, v, _) => Texts.IsMarkup(v),
            ["odd"] = (s, v, _) => Remainder(s, v, 2L) is not false,
            ["even"] = (s, v, _) => Remainder(s, v, 2L) is false,
            ["divisibleby"] = (s, v, a) => Remainder(s, v, One(s, a, "divisibleby")) is false,
            ["lower"] = (s, v, _) => StringMethods.IsCase(Texts.Of(PythonRepr.ToText(s, v)), upper: false),
            ["upper"] = (s, v, _) => StringMethods.IsCase(Texts.Of(PythonRepr.ToText(s, v)), upper: true),
            ["sameas"] = (s, v, a) => SameAs(v, One(s, a, "sameas")),
            ["in"] = (s, v, a) => Values.Contains(s, One(s, a, "in"), v),
            ["filter"] = (_, v, _) => Texts.TryGet(v, out string? name) && Filters.Table.ContainsKey(name),
            ["test"] = (_, v, _) => Texts.TryGet(v, out string? name) && Table.ContainsKey(name),
        };
        Add(CompareOperator.Equal, "eq", "equalto", "==");
        Add(CompareOperator.NotEqual, "ne", "!=");
        Add(CompareOperator.Less, "lt", "lessthan", "<");
        Add(CompareOperator.LessOrEqual, "le", "<=");
        Add(CompareOperator.Greater, "gt", "greaterthan", ">");
        Add(CompareOperator.GreaterOrEqual, "ge", ">=");
        return table;

        void Add(CompareOperator op, params ReadOnlySpan<string> names)
        {
            foreach (string name in names)
            {
                table[name] = (s, v, a) => CompareExpression.Compare(s, op, v, One(s, a, name));
            }
        }
    }

    private static object? One(RenderState state, object?[] arguments, string name) =>
        arguments.Length == 1
            ? arguments[0]
            : throw state.Error($"test '{name}' takes exactly one argument ({arguments.Length} given)");

    private static bool Remainder(RenderState state, object? value, object? divisor) =>
        Values.Truth(Arithmetic.Binary(state, BinaryOperator.Modulo, value, divisor));

    private static bool SameAs(object? left, object? right) =>
        ReferenceEquals(left, right)
        || (Texts.TryGet(left, out string? a) && Texts.TryGet(right, out string? b) && a == b)
        || (left is bool x && right is bool y && x == y)
        || (left is long m && right is long n && m == n);
}
