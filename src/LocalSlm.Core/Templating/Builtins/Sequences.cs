namespace LocalSlm.Templating;

/// <summary>Sorting and attribute paths, as filters use them.</summary>
internal static class Sequences
{
    /// <summary>Sorts stably by a key. A merge sort of our own: the library's wraps what a comparison throws.</summary>
    public static List<object?> Sorted(RenderState state, List<object?> items, Func<object?, object?> key, bool reverse)
    {
        state.Charge(items.Count * 4L);
        var from = new (object? Key, object? Item)[items.Count];
        for (int i = 0; i < from.Length; i++)
        {
            from[i] = (key(items[i]), items[i]);
        }

        var to = new (object? Key, object? Item)[from.Length];
        for (int width = 1; width < from.Length; width *= 2)
        {
            for (int start = 0; start < from.Length; start += 2 * width)
            {
                int middle = Math.Min(start + width, from.Length);
                int end = Math.Min(start + (2 * width), from.Length);
                int left = start;
                int right = middle;
                for (int i = start; i < end; i++)
                {
                    to[i] =
                        right >= end || (left < middle && !IsBefore(from[right].Key, from[left].Key))
                            ? from[left++]
                            : from[right++];
                }
            }

            (from, to) = (to, from);
        }

        return [.. from.Select(pair => pair.Item)];

        bool IsBefore(object? a, object? b)
        {
            state.Step();
            return reverse ? Values.Compare(state, b, a, "<") < 0 : Values.Compare(state, a, b, "<") < 0;
        }
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
