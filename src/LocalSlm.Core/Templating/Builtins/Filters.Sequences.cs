namespace LocalSlm.Templating;

/// <content>Filters over sequences.</content>
internal static partial class Filters
{
    private static Filter[] SequenceFilters =>
        [
            new("list", [], static (s, v, _) => new ListValue(Values.ItemsOf(s, v))),
            new(
                "length",
                [],
                static (s, v, _) =>
                    Values.LengthOf(v) is >= 0 and var length
                        ? Boxes.Of(length)
                        : throw s.Error($"object of type '{Values.PythonType(v)}' has no len()")
            ),
            new("first", [], First),
            new("last", [], Last),
            new(
                "random",
                [],
                static (s, v, _) =>
                    Values.ItemsOf(s, v) is { Count: > 0 } items
                        ? items[Random.Shared.Next(items.Count)]
                        : new Undefined("No random item, sequence was empty.")
            ),
            new("join", ["d", "attribute"], Join),
            new("reverse", [], Reverse),
            new(
                "sort",
                ["reverse", "case_sensitive", "attribute"],
                static (s, v, a) => new ListValue(Sort(s, Values.ItemsOf(s, v), a[2], Flag(a[0]), Flag(a[1])))
            ),
            new("unique", ["case_sensitive", "attribute"], Unique),
            new("min", ["case_sensitive", "attribute"], static (s, v, a) => Extreme(s, v, a, -1)),
            new("max", ["case_sensitive", "attribute"], static (s, v, a) => Extreme(s, v, a, 1)),
            new("sum", ["attribute", "start"], Sum),
            new("batch", ["linecount", "fill_with"], Batch),
            new("slice", ["slices", "fill_with"], Slice),
            new("groupby", ["attribute", "default", "case_sensitive"], GroupBy),
            new("dictsort", ["case_sensitive", "by", "reverse"], DictSort),
            new("items", [], Items),
            new("map", Map),
            new("select", static (s, v, a) => Select(s, v, a, byAttribute: false, keep: true)),
            new("reject", static (s, v, a) => Select(s, v, a, byAttribute: false, keep: false)),
            new("selectattr", static (s, v, a) => Select(s, v, a, byAttribute: true, keep: true)),
            new("rejectattr", static (s, v, a) => Select(s, v, a, byAttribute: true, keep: false)),
        ];

    private static object? First(RenderState state, object? value, object?[] arguments)
    {
        if (value is GeneratorValue generator)
        {
            return generator.TryNext(out object? item) ? item : new Undefined("No first item, sequence was empty.");
        }

        if (value is ListValue or TupleValue or RangeValue or string or TemplateText)
        {
            object? first = Slicing.At(state, value, 0);
            return ReferenceEquals(first, Missing.Value) ? new Undefined("No first item, sequence was empty.") : first;
        }

        var items = Values.ItemsOf(state, value);
        return items.Count > 0 ? items[0] : new Undefined("No first item, sequence was empty.");
    }

    private static object? Last(RenderState state, object? value, object?[] arguments)
    {
        if (value is GeneratorValue)
        {
            throw state.Error("'generator' object is not reversible");
        }

        if (value is ListValue or TupleValue or RangeValue or string or TemplateText)
        {
            object? last = Slicing.At(state, value, -1);
            return ReferenceEquals(last, Missing.Value) ? new Undefined("No last item, sequence was empty.") : last;
        }

        var items = Values.ItemsOf(state, value);
        return items.Count > 0 ? items[^1] : new Undefined("No last item, sequence was empty.");
    }

    private static object? Join(RenderState state, object? value, object?[] arguments)
    {
        var items = Values.ItemsOf(state, value);
        var getter = Given(arguments[1]) && arguments[1] is not null ? Sequences.Getter(state, arguments[1]) : null;
        object separator = Text(state, Or(arguments[0], ""));
        var builder = state.RentBuilder();
        for (int i = 0; i < items.Count; i++)
        {
            state.Step();
            if (i > 0)
            {
                builder.AppendText(separator);
            }

            PythonRepr.Write(state, builder, getter is null ? items[i] : getter(items[i]));
        }

        return state.ReturnBuilder(builder);
    }

    private static object? Reverse(RenderState state, object? value, object?[] arguments)
    {
        if (Texts.Is(value))
        {
            return Slicing.Slice(state, value!, new SliceValue(null, null, Boxes.Of(-1L)));
        }

        if (!Values.IsIterable(value))
        {
            throw state.Error("argument must be iterable");
        }

        var items = Values.ItemsOf(state, value);
        items.Reverse();
        return new GeneratorValue(items, "list_reverseiterator");
    }

    private static List<object?> Sort(
        RenderState state,
        List<object?> items,
        object? attribute,
        bool reverse,
        bool caseSensitive
    )
    {
        string[] paths = Given(attribute) && Texts.TryGet(attribute, out string? names) ? names.Split(',') : [];
        var getters =
            paths.Length > 1
                ? [.. paths.Select(p => Sequences.Getter(state, p))]
                : new[] { Sequences.Getter(state, attribute) };
        object? Fold(object? value) => caseSensitive ? value : Sequences.FoldCase(value);
        return Sequences.Sorted(
            state,
            items,
            item =>
                getters.Length == 1 ? Fold(getters[0](item)) : new ListValue([.. getters.Select(g => Fold(g(item)))]),
            reverse
        );
    }

    private static GeneratorValue Unique(RenderState state, object? value, object?[] arguments)
    {
        var getter = Sequences.Getter(state, arguments[1]);
        bool caseSensitive = Flag(arguments[0]);
        var seen = new HashSet<object>(KeyComparer.Instance);
        var result = new List<object?>();
        foreach (object? item in Values.ItemsOf(state, value))
        {
            state.Step();
            object? key = getter(item);
            key = caseSensitive ? key : Sequences.FoldCase(key);
            Values.CheckHashable(state, key);
            if (seen.Add(KeyComparer.Wrap(key)))
            {
                result.Add(item);
            }
        }

        return new GeneratorValue(result);
    }

    private static object? Extreme(RenderState state, object? value, object?[] arguments, int sign)
    {
        var items = Values.ItemsOf(state, value);
        if (items.Count == 0)
        {
            return new Undefined("No aggregated item, sequence was empty.");
        }

        var getter = Sequences.Getter(state, arguments[1]);
        bool caseSensitive = Flag(arguments[0]);
        object? Key(object? item) => caseSensitive ? getter(item) : Sequences.FoldCase(getter(item));
        object? best = items[0];
        object? bestKey = Key(best);
        foreach (object? item in items.Skip(1))
        {
            state.Step();
            object? key = Key(item);
            if (Values.Compare(state, key, bestKey, sign < 0 ? "<" : ">") * sign > 0)
            {
                best = item;
                bestKey = key;
            }
        }

        return best;
    }

    private static object? Sum(RenderState state, object? value, object?[] arguments)
    {
        var getter = Sequences.Getter(state, Or(arguments[0], null));
        object? sum = Or(arguments[1], Boxes.Of(0L));
        if (Texts.Is(sum))
        {
            throw state.Error("sum() can't sum strings [use ''.join(seq) instead]");
        }

        foreach (object? item in Values.ItemsOf(state, value))
        {
            state.Step();
            sum = Arithmetic.Add(state, sum, getter(item));
        }

        return sum;
    }

    private static GeneratorValue Batch(RenderState state, object? value, object?[] arguments)
    {
        int size = Whole(
            state,
            Given(arguments[0]) ? arguments[0] : throw state.Error("batch() missing 1 required argument: 'linecount'"),
            1
        );
        var result = new List<object?>();
        var batch = new List<object?>();
        foreach (object? item in Values.ItemsOf(state, value))
        {
            if (batch.Count == size)
            {
                result.Add(new ListValue(batch));
                batch = [];
            }

            batch.Add(item);
        }

        if (batch.Count > 0)
        {
            if (Or(arguments[1], null) is { } fill && batch.Count < size)
            {
                state.Charge(size);
                batch.AddRange(Enumerable.Repeat<object?>(fill, size - batch.Count));
            }

            result.Add(new ListValue(batch));
        }

        return new GeneratorValue(result);
    }

    private static GeneratorValue Slice(RenderState state, object? value, object?[] arguments)
    {
        var items = Values.ItemsOf(state, value);
        int slices = Whole(
            state,
            Given(arguments[0]) ? arguments[0] : throw state.Error("slice() missing 1 required argument: 'slices'"),
            1
        );
        if (slices <= 0)
        {
            throw state.Error("integer division or modulo by zero");
        }

        state.Charge(slices);
        int each = items.Count / slices;
        int extra = items.Count % slices;
        var result = new List<object?>(slices);
        int offset = 0;
        for (int i = 0; i < slices; i++)
        {
            int count = each + (i < extra ? 1 : 0);
            var slice = items.GetRange(offset, count);
            offset += count;
            if (Or(arguments[1], null) is { } fill && i >= extra)
            {
                slice.Add(fill);
            }

            result.Add(new ListValue(slice));
        }

        return new GeneratorValue(result);
    }

    private static ListValue GroupBy(RenderState state, object? value, object?[] arguments)
    {
        if (!Given(arguments[0]))
        {
            throw state.Error("groupby() missing 1 required argument: 'attribute'");
        }

        var getter = Sequences.Getter(
            state,
            arguments[0],
            Or(arguments[1], null),
            Given(arguments[1]) && arguments[1] is not null
        );
        bool caseSensitive = Flag(arguments[2]);
        object? Key(object? item) => caseSensitive ? getter(item) : Sequences.FoldCase(getter(item));
        var groups = new List<object?>();
        object? current = Missing.Value;
        List<object?> members = [];
        foreach (object? item in Sequences.Sorted(state, Values.ItemsOf(state, value), Key, reverse: false))
        {
            object? key = Key(item);
            if (ReferenceEquals(current, Missing.Value) || !Values.AreEqual(state, key, current))
            {
                current = key;
                members = [];
                // The name of a group is that of its first member, in its own case.
                groups.Add(new TupleValue([getter(item), new ListValue(members)], ["grouper", "list"]));
            }

            members.Add(item);
        }

        return new ListValue(groups);
    }

    private static ListValue DictSort(RenderState state, object? value, object?[] arguments)
    {
        if (value is not DictValue dict)
        {
            throw value is Undefined undefined
                ? state.Error(undefined.Message)
                : state.Error($"'{Values.PythonType(value)}' object has no attribute 'items'");
        }

        int place =
            Texts.TryGet(Or(arguments[1], "key"), out string? by) && by is "key" or "value"
                ? by == "key"
                    ? 0
                    : 1
                : throw state.Error("You can only sort by either \"key\" or \"value\"");
        bool caseSensitive = Flag(arguments[0]);
        return new ListValue(
            Sequences.Sorted(
                state,
                Values.ItemsOf(state, new ViewValue(dict, ViewKind.Items)),
                entry =>
                {
                    object? key = ((TupleValue)entry!).Items[place];
                    return caseSensitive ? key : Sequences.FoldCase(key);
                },
                Flag(arguments[2])
            )
        );
    }
}
