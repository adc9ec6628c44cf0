using System.Collections.Frozen;

namespace LocalSlm.Templating;

/// <summary>The methods of lists. Python's immutable sandbox refuses those that change a list; published templates call them all the same.</summary>
internal static class ListMethods
{
    public static readonly FrozenDictionary<string, Method> Table = new Dictionary<string, Method>
    {
        ["append"] = (s, self, a) => Add(s, (ListValue)self, [One(s, a, "append")]),
        ["extend"] = (s, self, a) => Add(s, (ListValue)self, Values.ItemsOf(s, One(s, a, "extend"))),
        ["insert"] = Insert,
        ["pop"] = Pop,
        ["remove"] = Remove,
        ["clear"] = (_, self, _) =>
        {
            ((ListValue)self).Raw.Clear();
            return null;
        },
        ["reverse"] = (_, self, _) =>
        {
            ((ListValue)self).Raw.Reverse();
            return null;
        },
        ["sort"] = Sort,
        ["copy"] = (s, self, _) => new ListValue(Values.ItemsOf(s, self)),
        ["index"] = Index,
        ["count"] = (s, self, a) =>
        {
            object? wanted = One(s, a, "count");
            return Boxes.Of((long)Values.ItemsOf(s, self).Count(item => Values.AreEqual(s, item, wanted)));
        },
    }.ToFrozenDictionary();

    private static object? One(RenderState state, Arguments arguments, string name) =>
        arguments.Positional.Length == 1 && arguments.NamedCount == 0
            ? arguments.Positional[0]
            : throw state.Error($"{name}() takes exactly one argument ({arguments.Positional.Length} given)");

    private static object? Add(RenderState state, ListValue list, List<object?> items)
    {
        state.Charge(items.Count);
        list.Raw.AddRange(items);
        return null;
    }

    private static object? Insert(RenderState state, object self, Arguments arguments)
    {
        var raw = ((ListValue)self).Raw;
        if (arguments.Positional.Length != 2 || !Numbers.TryGetLong(arguments.Positional[0], out long index))
        {
            throw state.Error("insert expected an index and a value");
        }

        state.Charge(1 + (raw.Count / 16));
        index = Math.Clamp(index < 0 ? index + raw.Count : index, 0, raw.Count);
        raw.Insert((int)index, arguments.Positional[1]);
        return null;
    }

    private static object? Pop(RenderState state, object self, Arguments arguments)
    {
        var list = (ListValue)self;
        long index = -1;
        if (arguments.Positional.Length > 0 && !Numbers.TryGetLong(arguments.Positional[0], out index))
        {
            throw state.Error(
                $"'{Values.PythonType(arguments.Positional[0])}' object cannot be interpreted as an integer"
            );
        }

        index = index < 0 ? index + list.Count : index;
        if (index < 0 || index >= list.Count)
        {
            throw state.Error(list.Count == 0 ? "pop from empty list" : "pop index out of range");
        }

        state.Charge(1 + (list.Count / 16));
        object? item = list[(int)index];
        list.Raw.RemoveAt((int)index);
        return item;
    }

    private static object? Remove(RenderState state, object self, Arguments arguments)
    {
        var list = (ListValue)self;
        object? wanted = One(state, arguments, "remove");
        for (int i = 0; i < list.Count; i++)
        {
            state.Step();
            if (Values.AreEqual(state, list[i], wanted))
            {
                list.Raw.RemoveAt(i);
                return null;
            }
        }

        throw state.Error("list.remove(x): x not in list");
    }

    private static object? Sort(RenderState state, object self, Arguments arguments)
    {
        var list = (ListValue)self;
        object?[] bound = (arguments with { Positional = [] }).Bind(state, "sort", "key", "reverse");
        var sorted = Sequences.Sorted(
            state,
            list.ToList(),
            item =>
                ReferenceEquals(bound[0], Missing.Value) || bound[0] is null
                    ? item
                    : Values.Call(state, bound[0], new Arguments([item])),
            !ReferenceEquals(bound[1], Missing.Value) && Values.Truth(bound[1])
        );
        list.Raw.Clear();
        list.Raw.AddRange(sorted);
        return null;
    }

    private static object? Index(RenderState state, object self, Arguments arguments)
    {
        var items = Values.ItemsOf(state, self);
        object? wanted =
            arguments.Positional.Length > 0
                ? arguments.Positional[0]
                : throw state.Error("index expected at least 1 argument, got 0");
        long start = arguments.Positional.Length > 1 && Numbers.TryGetLong(arguments.Positional[1], out long s) ? s : 0;
        long end =
            arguments.Positional.Length > 2 && Numbers.TryGetLong(arguments.Positional[2], out long e)
                ? e
                : items.Count;
        start = Math.Clamp(start < 0 ? start + items.Count : start, 0, items.Count);
        end = Math.Clamp(end < 0 ? end + items.Count : end, 0, items.Count);
        for (int i = (int)start; i < end; i++)
        {
            state.Step();
            if (Values.AreEqual(state, items[i], wanted))
            {
                return Boxes.Of((long)i);
            }
        }

        throw state.Error($"{PythonRepr.OfShort(state, wanted)} is not in list");
    }
}
