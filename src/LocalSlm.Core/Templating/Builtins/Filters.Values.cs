using System.Globalization;
using System.Numerics;

namespace LocalSlm.Templating;

/// <content>Filters over numbers and values of any kind.</content>
internal static partial class Filters
{
    private static Filter[] ValueFilters =>
        [
            new("default", ["default_value", "boolean"], Default),
            new("attr", ["name"], static (s, v, a) => Values.GetOwn(s, v, Texts.Of(Text(s, Or(a[0], ""))))),
            new("tojson", ["ensure_ascii", "indent", "separators", "sort_keys"], ToJson),
            new("pprint", [], static (s, v, _) => PythonRepr.ToRepr(s, v)),
            new("abs", [], Abs),
            new("int", ["default", "base"], Int),
            new("float", ["default"], Float),
            new("round", ["precision", "method"], Round),
            new("filesizeformat", ["binary"], FileSize),
        ];

    private static object? Default(RenderState state, object? value, object?[] arguments) =>
        value is Undefined || (Flag(arguments[1]) && !Values.Truth(value)) ? Or(arguments[0], "") : value;

    private static object? ToJson(RenderState state, object? value, object?[] arguments)
    {
        string? indent = null;
        if (Given(arguments[1]) && arguments[1] is not null)
        {
            indent = Texts.TryGet(arguments[1], out string? text)
                ? text
                : new string(' ', Math.Clamp(Whole(state, arguments[1], 0), 0, 100));
        }

        object? separators = Or(arguments[2], null);
        string item = indent is null ? ", " : ",";
        string key = ": ";
        if (separators is not null)
        {
            var both = Values.ItemsOf(state, separators);
            if (
                both.Count != 2
                || !Texts.TryGet(both[0], out string? first)
                || !Texts.TryGet(both[1], out string? second)
            )
            {
                throw state.Error("separators must be a pair of strings");
            }

            item = first;
            key = second;
        }

        var layout =
            indent is null && separators is null && !Flag(arguments[3]) && !Flag(arguments[0])
                ? JsonLayout.Compact
                : new JsonLayout(indent, item, key, Flag(arguments[3]), Flag(arguments[0]));
        var builder = state.RentBuilder();
        new JsonWriter(state, builder, layout).Write(value);
        return state.ReturnBuilder(builder);
    }

    private static object? Abs(RenderState state, object? value, object?[] arguments) =>
        value switch
        {
            double d => Math.Abs(d),
            _ when Numbers.Is(value) => Numbers.Normal(state, BigInteger.Abs(Numbers.ToBig(value!))),
            Undefined undefined => throw state.Error(undefined.Message),
            _ => throw state.Error($"bad operand type for abs(): '{Values.PythonType(value)}'"),
        };

    private static object? Int(RenderState state, object? value, object?[] arguments)
    {
        object? fallback = Or(arguments[0], Boxes.Of(0L));
        switch (value)
        {
            case Undefined undefined:
                throw state.Error(undefined.Message);
            case double d:
                return double.IsFinite(d) ? Numbers.Normal(state, new BigInteger(d)) : fallback;
            case bool or long or BigInteger:
                return Numbers.Normal(state, Numbers.ToBig(value));
            case string or TemplateText:
                string text = Texts.Of(value);
                if (NumberText.ParseInteger(text, Whole(state, arguments[1], 10)) is { } number)
                {
                    return Numbers.Normal(state, number);
                }

                return NumberText.ParseFloat(text) is { } parsed && double.IsFinite(parsed)
                    ? Numbers.Normal(state, new BigInteger(parsed))
                    : fallback;
            default:
                return fallback;
        }
    }

    private static object? Float(RenderState state, object? value, object?[] arguments) =>
        value switch
        {
            Undefined undefined => throw state.Error(undefined.Message),
            _ when Numbers.Is(value) => Numbers.ToDouble(value!),
            _ when Texts.TryGet(value, out string? text) && NumberText.ParseFloat(text) is { } parsed => parsed,
            _ => Or(arguments[0], 0.0),
        };

    private static object? Round(RenderState state, object? value, object?[] arguments)
    {
        int precision = Math.Clamp(Whole(state, arguments[0], 0), -400, 400);
        string method = Texts.Of(Text(state, Or(arguments[1], "common")));
        if (method is not ("common" or "ceil" or "floor"))
        {
            throw state.Error("method must be common, ceil or floor");
        }

        if (!Numbers.Is(value))
        {
            throw state.Error(
                value is Undefined u ? u.Message : $"type {Values.PythonType(value)} doesn't define __round__ method"
            );
        }

        if (method != "common")
        {
            double scale = Math.Pow(10, precision);
            double scaled = Numbers.ToDouble(value!) * scale;
            return (method == "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled)) / scale;
        }

        if (value is not double number)
        {
            var whole = Numbers.ToBig(value!);
            if (precision >= 0)
            {
                return Numbers.Normal(state, whole);
            }

            var unit = BigInteger.Pow(10, -precision);
            var quotient = BigInteger.DivRem(BigInteger.Abs(whole), unit, out var remainder);
            int half = (remainder * 2).CompareTo(unit);
            quotient += half > 0 || (half == 0 && !quotient.IsEven) ? 1 : 0;
            return Numbers.Normal(state, quotient * unit * whole.Sign);
        }

        if (!double.IsFinite(number) || precision > 320)
        {
            return number;
        }

        // Through decimal text, which reads back to the nearest float.
        var digits = Numbers.RoundScaled(number, precision);
        double rounded = double.Parse(
            digits.ToString(CultureInfo.InvariantCulture) + "e" + (-precision).ToString(CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture
        );
        return rounded == 0 && double.IsNegative(number) ? -0.0 : rounded;
    }

    private static string FileSize(RenderState state, object? value, object?[] arguments)
    {
        double bytes =
            Numbers.Is(value) ? Numbers.ToDouble(value!)
            : Texts.TryGet(value, out string? text) && NumberText.ParseFloat(text) is { } parsed ? parsed
            : throw state.Error(
                value is Undefined u ? u.Message : $"could not convert to float: {PythonRepr.OfShort(state, value)}"
            );
        bool binary = Flag(arguments[0]);
        double unit = binary ? 1024 : 1000;
        string[] prefixes = binary
            ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
            : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
        if (bytes == 1)
        {
            return "1 Byte";
        }

        if (bytes < unit)
        {
            return $"{(long)bytes} Bytes";
        }

        double power = unit;
        foreach (string prefix in prefixes)
        {
            double next = power * unit;
            if (bytes < next || prefix == prefixes[^1])
            {
                return $"{Numbers.FormatFixed(unit * bytes / next, 1)} {prefix}";
            }

            power = next;
        }

        throw new System.Diagnostics.UnreachableException();
    }
}
