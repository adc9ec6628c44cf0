using System.Collections.Frozen;

namespace LocalSlm.Templating;

/// <summary>The methods of dictionaries, those included that Python's immutable sandbox refuses.</summary>
internal static class DictMethods
{
    public static readonly FrozenDictionary<string, Method> Table = new Dictionary<string, Method>
    {
        ["get"] = Get,
        ["items"] = (s, self, a) => View(s, self, a, ViewKind.Items),
        ["keys"] = (s, self, a) => View(s, self, a, ViewKind.Keys),
        ["values"] = (s, self, a) => View(s, self, a, ViewKind.Values),
        ["copy"] = (s, self, _) =>
        {
            var copy = new DictValue();
            Merge(s, copy, self);
            return copy;
        },
        ["update"] = Update,
        ["pop"] = Pop,
        ["popitem"] = PopItem,
        ["setdefault"] = SetDefault,
        ["clear"] = (_, self, _) =>
        {
            ((DictValue)self).Items.Clear();
            return null;
        },
    }.ToFrozenDictionary();

    /// <summary>Takes over the entries of a dictionary or a sequence of pairs.</summary>
    public static void Merge(RenderState state, DictValue target, object? source)
    {
        if (source is DictValue dict)
        {
            int count = dict.Count;
            for (int i = 0; i < count; i++)
            {
                target.Set(state, dict.KeyAt(i), dict.ValueAt(i));
            }

            return;
        }

        foreach (object? pair in Values.ItemsOf(state, source))
        {
            var entry = Values.IsIterable(pair)
                ? Values.ItemsOf(state, pair)
                : throw state.Error("cannot convert dictionary update sequence element to a sequence");
            if (entry.Count != 2)
            {
                throw state.Error($"dictionary update sequence element has length {entry.Count}; 2 is required");
            }

            target.Set(state, entry[0], entry[1]);
        }
    }

    private static ViewValue View(RenderState state, object self, Arguments arguments, ViewKind kind) =>
        arguments.Positional.Length + arguments.NamedCount == 0
            ? new ViewValue((DictValue)self, kind)
            : throw state.Error(
                $"dict.{kind.ToString().ToLowerInvariant()}() takes no arguments ({arguments.Positional.Length} given)"
            );

    private static object? Get(RenderState state, object self, Arguments arguments)
    {
        object?[] positional = arguments.Positional;
        if (positional.Length is 0 or > 2 || arguments.NamedCount > 0)
        {
            throw state.Error($"get expected 1 to 2 arguments, got {positional.Length}");
        }

        return ((DictValue)self).TryGet(state, positional[0], out object? value) ? value
            : positional.Length == 2 ? positional[1]
            : null;
    }

    private static object? Update(RenderState state, object self, Arguments arguments)
    {
        var dict = (DictValue)self;
        if (arguments.Positional.Length > 0)
        {
            Merge(state, dict, arguments.Positional[0]);
        }

        for (int i = 0; i < arguments.NamedCount; i++)
        {
            dict.Set(state, arguments.Names![i], arguments.Named![i]);
        }

        return null;
    }

    private static object? Pop(RenderState state, object self, Arguments arguments)
    {
        var dict = (DictValue)self;
        object?[] positional = arguments.Positional;
        if (positional.Length is 0 or > 2)
        {
            throw state.Error($"pop expected 1 to 2 arguments, got {positional.Length}");
        }

        if (!dict.TryGet(state, positional[0], out object? value))
        {
            return positional.Length == 2 ? positional[1] : throw state.Error(PythonRepr.OfShort(state, positional[0]));
        }

        state.Charge(1 + (dict.Count / 16));
        dict.Items.Remove(KeyComparer.Wrap(positional[0]));
        return value;
    }

    private static TupleValue PopItem(RenderState state, object self, Arguments arguments)
    {
        var dict = (DictValue)self;
        if (dict.Count == 0)
        {
            throw state.Error("popitem(): dictionary is empty");
        }

        var entry = dict.EntryAt(dict.Count - 1);
        dict.Items.RemoveAt(dict.Count - 1);
        return entry;
    }

    private static object? SetDefault(RenderState state, object self, Arguments arguments)
    {
        var dict = (DictValue)self;
        object?[] positional = arguments.Positional;
        if (positional.Length is 0 or > 2)
        {
            throw state.Error($"setdefault expected 1 to 2 arguments, got {positional.Length}");
        }

        if (!dict.TryGet(state, positional[0], out object? value))
        {
            value = positional.Length == 2 ? positional[1] : null;
            dict.Set(state, positional[0], value);
        }

        return value;
    }
}
