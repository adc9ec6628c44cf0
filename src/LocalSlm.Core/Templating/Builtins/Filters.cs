using System.Collections.Frozen;

namespace LocalSlm.Templating;

/// <summary>Jinja's filters, and the <c>tojson</c> that chat templates are rendered with.</summary>
internal static partial class Filters
{
    public static readonly FrozenDictionary<string, Filter> Table = Make();

    private static FrozenDictionary<string, Filter> Make()
    {
        var all = new Dictionary<string, Filter>();
        foreach (var filter in (Filter[])[.. TextFilters, .. SequenceFilters, .. ValueFilters])
        {
            all[filter.Name] = filter;
        }

        all["d"] = all["default"];
        all["e"] = all["escape"];
        all["count"] = all["length"];
        return all.ToFrozenDictionary();
    }

    private static bool Given(object? argument) => !ReferenceEquals(argument, Missing.Value);

    private static object? Or(object? argument, object? fallback) => Given(argument) ? argument : fallback;

    private static bool Flag(object? argument, bool fallback = false) =>
        Given(argument) ? Values.Truth(argument) : fallback;

    private static object Text(RenderState state, object? value) => PythonRepr.ToText(state, value);

    private static int Whole(RenderState state, object? argument, long fallback)
    {
        if (!Given(argument))
        {
            return (int)fallback;
        }

        if (argument is Undefined undefined)
        {
            throw state.Error(undefined.Message);
        }

        return Numbers.TryGetLong(argument, out long number)
            ? (int)Math.Clamp(number, -int.MaxValue, int.MaxValue)
            : throw state.Error($"'{Values.PythonType(argument)}' object cannot be interpreted as an integer");
    }
}
