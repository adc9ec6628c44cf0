using System.Collections.Frozen;

namespace LocalSlm.Templating;

/// <summary>The functions that every template can call.</summary>
internal static class Globals
{
    public static readonly FrozenDictionary<string, GlobalFunction> Table = new GlobalFunction[]
    {
        new("range", Range),
        new("dict", Dict),
        new("namespace", Namespace),
        new(
            "joiner",
            static (s, a) =>
                new JoinerValue(Or(a.Bind(s, "joiner", "sep")[0], ", ") is { } sep ? PythonRepr.ToText(s, sep) : "None")
        ),
        new(
            "cycler",
            static (s, a) =>
                a.Positional.Length == 0
                    ? throw s.Error("at least one item has to be provided")
                    : new CyclerValue(a.Positional)
        ),
        new("raise_exception", RaiseException),
        new("strftime_now", StrftimeNow),
    }.ToFrozenDictionary(f => f.Name);

    private static object? Or(object? value, object? fallback) =>
        ReferenceEquals(value, Missing.Value) ? fallback : value;

    private static RangeValue Range(RenderState state, Arguments arguments)
    {
        object?[] bounds = arguments.Positional;
        if (bounds.Length is 0 or > 3 || arguments.NamedCount > 0)
        {
            throw state.Error($"range expected 1 to 3 arguments, got {bounds.Length}");
        }

        long[] numbers = new long[bounds.Length];
        for (int i = 0; i < bounds.Length; i++)
        {
            if (bounds[i] is Undefined undefined)
            {
                throw state.Error(undefined.Message);
            }

            if (!Numbers.TryGetLong(bounds[i], out numbers[i]))
            {
                throw state.Error($"'{Values.PythonType(bounds[i])}' object cannot be interpreted as an integer");
            }

            // Room to compute the length without overflow; anything this big is over the limit anyway.
            numbers[i] = Math.Clamp(numbers[i], -(1L << 61), 1L << 61);
        }

        var range = numbers.Length switch
        {
            1 => new RangeValue(0, numbers[0], 1),
            2 => new RangeValue(numbers[0], numbers[1], 1),
            _ => new RangeValue(numbers[0], numbers[1], numbers[2]),
        };
        if (range.Step == 0)
        {
            throw state.Error("range() arg 3 must not be zero");
        }

        return range.Count > state.Limits.MaxRange
            ? throw state.Error(
                $"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({state.Limits.MaxRange})."
            )
            : range;
    }

    private static DictValue Dict(RenderState state, Arguments arguments)
    {
        var dict = new DictValue();
        Fill(state, arguments, "dict", dict);
        return dict;
    }

    private static NamespaceValue Namespace(RenderState state, Arguments arguments)
    {
        var dict = new DictValue();
        Fill(state, arguments, "namespace", dict);
        var space = new NamespaceValue();
        foreach (var (key, value) in dict.Items)
        {
            space.Attributes[Texts.TryGet(key, out string? name) ? name : PythonRepr.OfShort(state, key)] = value;
        }

        return space;
    }

    private static void Fill(RenderState state, Arguments arguments, string callee, DictValue dict)
    {
        if (arguments.Positional.Length > 1)
        {
            throw state.Error($"{callee} expected at most 1 argument, got {arguments.Positional.Length}");
        }

        if (arguments.Positional.Length == 1)
        {
            DictMethods.Merge(state, dict, arguments.Positional[0]);
        }

        for (int i = 0; i < arguments.NamedCount; i++)
        {
            dict.Set(state, arguments.Names![i], arguments.Named![i]);
        }
    }

    private static object? RaiseException(RenderState state, Arguments arguments) =>
        throw new ChatTemplateException(
            Texts.Of(
                PythonRepr.ToText(
                    state,
                    arguments.Bind(state, "raise_exception", "message")[0] is var m && ReferenceEquals(m, Missing.Value)
                        ? null
                        : m
                )
            ),
            state.Line,
            raisedByTemplate: true
        );

    private static string StrftimeNow(RenderState state, Arguments arguments) =>
        Texts.TryGet(arguments.Bind(state, "strftime_now", "format")[0], out string? format)
            ? Strftime.Format(state, state.Input.TimeProvider.GetLocalNow(), format)
            : throw state.Error("strftime() argument 1 must be str");
}
