namespace LocalSlm.Templating;

/// <summary>Sorting and attribute paths, as filters use them.</summary>
internal static class Sequences
{
    /// <summary>Sorts stably by a key.</summary>
    public static List<object?> Sorted(RenderState state, List<object?> items, Func<object?, object?> key, bool reverse)
    {
        state.Charge(items.Count * 16L);
        var comparer = Comparer<object?>.Create(
            (a, b) =>
            {
                state.Step();
                return Values.Compare(state, a, b, "<") ?? 0;
            }
        );
        return reverse ? [.. items.OrderByDescending(key, comparer)] : [.. items.OrderBy(key, comparer)];
    }

    /// <summary>Makes a getter of <c>a.b.0</c>, or of a whole number.</summary>
    public static Func<object?, object?> Getter(
        RenderState state,
        object? attribute,
        object? fallback = null,
        bool hasFallback = false
    )
    {
        object?[] path =
            attribute is null || ReferenceEquals(attribute, Missing.Value) ? []
            : Texts.TryGet(attribute, out string? text)
                ?
                [
                    .. text.Split('.')
                        .Select(p =>
                            p.Length > 0 && p.Length < 10 && p.All(char.IsAsciiDigit)
                                ? Boxes.Of(long.Parse(p, System.Globalization.CultureInfo.InvariantCulture))
                                : (object)p
                        ),
                ]
            : [attribute];
        return item =>
        {
            foreach (object? part in path)
            {
                item = Values.GetItem(state, item, part);
                if (hasFallback && item is Undefined)
                {
                    item = fallback;
                }
            }

            return item;
        };
    }

    /// <summary>Makes a key that ignores case unless asked not to.</summary>
    public static object? FoldCase(object? value) =>
        Texts.TryGet(value, out string? text) ? CaseMapping.LowerPlain(text) : value;
}
