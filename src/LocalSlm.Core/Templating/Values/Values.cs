using System.Numerics;
using System.Text.Json;

namespace LocalSlm.Templating;

/// <summary>What values are and how they compare.</summary>
internal static partial class Values
{
    /// <summary>Whether a value of the caller's must be turned into the renderer's own form.</summary>
    public static bool NeedsImport(object? value) =>
        value
            is not (
                null
                or string
                or bool
                or long
                or double
                or TemplateText
                or DictValue
                or ListValue
                or TupleValue
                or MacroValue
                or NamespaceValue
                or Undefined
            );

    /// <summary>Turns a value of the caller's into the renderer's own form.</summary>
    public static object? Import(object? value) =>
        value switch
        {
            null or string or long or double or TemplateText or DictValue or ListValue => value,
            CallerText caller => caller.Text,
            bool b => Boxes.Of(b),
            int i => Boxes.Of((long)i),
            uint or short or ushort or byte or sbyte => Boxes.Of(Convert.ToInt64(value, null)),
            ulong u => u <= long.MaxValue ? Boxes.Of((long)u) : (BigInteger)u,
            BigInteger big => big >= long.MinValue && big <= long.MaxValue ? Boxes.Of((long)big) : value,
            float f => (double)f,
            decimal m => (double)m,
            JsonElement json => Import(json),
            IReadOnlyDictionary<string, object?> dict => new DictValue(dict),
            IReadOnlyList<object?> list => new ListValue(list),
            TupleValue
            or RangeValue
            or ViewValue
            or GeneratorValue
            or NamespaceValue
            or MacroValue
            or BoundMethod
            or LoopValue
            or Undefined
            or JoinerValue
            or CyclerValue
            or GlobalFunction => value,
            _ => throw new ChatTemplateException(
                $"a variable holds a {value.GetType().Name}, which a template cannot use; give text, numbers, booleans, null, lists or dictionaries of them"
            ),
        };

    private static object? Import(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                return new TemplateText(json.GetString()!, -1);
            case JsonValueKind.True:
                return Boxes.True;
            case JsonValueKind.False:
                return Boxes.False;
            case JsonValueKind.Number:
                string raw = json.GetRawText();
                return raw.AsSpan().ContainsAny(".eE") ? json.GetDouble()
                    : json.TryGetInt64(out long number) ? Boxes.Of(number)
                    : raw.Length > 1000 ? json.GetDouble()
                    : BigInteger.Parse(raw, System.Globalization.CultureInfo.InvariantCulture);
            case JsonValueKind.Array:
                return new ListValue((IReadOnlyList<object?>)[.. json.EnumerateArray().Select(e => (object?)e)]);
            case JsonValueKind.Object:
                var dict = new OrderedDictionary<string, object?>();
                foreach (var property in json.EnumerateObject())
                {
                    dict[property.Name] = property.Value;
                }

                return new DictValue((IReadOnlyDictionary<string, object?>)dict);
            default:
                return null;
        }
    }

    /// <summary>Python's truth of a value.</summary>
    public static bool Truth(object? value) =>
        value switch
        {
            null or Undefined => false,
            bool b => b,
            string s => s.Length > 0,
            TemplateText t => t.Value.Length > 0,
            long l => l != 0,
            double d => d != 0,
            ListValue list => list.Count > 0,
            DictValue dict => dict.Count > 0,
            TupleValue tuple => tuple.Items.Length > 0,
            RangeValue range => range.Count > 0,
            ViewValue view => view.Dict.Count > 0,
            BigInteger big => !big.IsZero,
            _ => true,
        };

    /// <summary>The name Python gives to the type in its type errors.</summary>
    public static string PythonType(object? value) => value is null ? "NoneType" : TypeName(value);

    public static string TypeName(object value) =>
        value switch
        {
            string => "str",
            TemplateText { IsMarkup: true } => "Markup",
            TemplateText => "str",
            bool => "bool",
            long or BigInteger => "int",
            double => "float",
            ListValue => "list",
            TupleValue => "tuple",
            DictValue => "dict",
            RangeValue => "range",
            ViewValue { Kind: ViewKind.Keys } => "dict_keys",
            ViewValue { Kind: ViewKind.Values } => "dict_values",
            ViewValue => "dict_items",
            GeneratorValue generator => generator.Kind,
            Undefined => "Undefined",
            NamespaceValue => "Namespace",
            MacroValue => "Macro",
            LoopValue => "LoopContext",
            SliceValue => "slice",
            JoinerValue => "Joiner",
            CyclerValue => "Cycler",
            BoundMethod => "builtin_function_or_method",
            _ => "function",
        };

    public static bool AreEqual(RenderState state, object? left, object? right) => AreEqual(state, left, right, 0);

    /// <summary>Orders two values; <see langword="null"/> if neither is before the other (NaN).</summary>
    public static int? Compare(RenderState state, object? left, object? right, string symbol, int depth = 0)
    {
        if (Numbers.Is(left) && Numbers.Is(right))
        {
            return Numbers.Compare(left!, right!);
        }

        if (Texts.TryGet(left, out string? a) && Texts.TryGet(right, out string? b))
        {
            return CodePoints.Compare(a, b);
        }

        if (left is ListValue && right is ListValue || left is TupleValue && right is TupleValue)
        {
            state.CheckValueDepth(depth);
            var x = ItemsOf(state, left);
            var y = ItemsOf(state, right);
            for (int i = 0; i < Math.Min(x.Count, y.Count); i++)
            {
                state.Step();
                if (!AreEqual(state, x[i], y[i], depth + 1))
                {
                    return Compare(state, x[i], y[i], symbol, depth + 1);
                }
            }

            return x.Count.CompareTo(y.Count);
        }

        if ((left as Undefined ?? right as Undefined) is { } undefined)
        {
            throw state.Error(undefined.Message);
        }

        throw state.Error(
            $"'{symbol}' not supported between instances of '{PythonType(left)}' and '{PythonType(right)}'"
        );
    }

    /// <summary>Python's <c>in</c>.</summary>
    public static bool Contains(RenderState state, object? container, object? item)
    {
        switch (container)
        {
            case string or TemplateText:
                if (!Texts.TryGet(item, out string? part))
                {
                    throw state.Error($"'in <string>' requires string as left operand, not {PythonType(item)}");
                }

                string text = Texts.Of(container);
                state.Charge(text.Length / 64);
                return text.Contains(part, StringComparison.Ordinal);
            case DictValue dict:
                return dict.TryGet(state, item, out _);
            case ViewValue { Kind: ViewKind.Keys } view:
                return view.Dict.TryGet(state, item, out _);
            case ListValue list:
                for (int i = 0; i < list.Count; i++)
                {
                    state.Step();
                    if (AreEqual(state, list[i], item))
                    {
                        return true;
                    }
                }

                return false;
            case Undefined:
                return false;
            default:
                if (!IsIterable(container))
                {
                    throw state.Error($"argument of type '{PythonType(container)}' is not iterable");
                }

                foreach (object? element in ItemsOf(state, container))
                {
                    state.Step();
                    if (AreEqual(state, element, item))
                    {
                        return true;
                    }
                }

                return false;
        }
    }

    public static void CheckHashable(RenderState state, object? key, int depth = 0)
    {
        switch (key)
        {
            case ListValue or DictValue or SliceValue:
                throw state.Error($"unhashable type: '{PythonType(key)}'");
            case TupleValue tuple:
                state.CheckValueDepth(depth);
                foreach (object? item in tuple.Items)
                {
                    state.Step();
                    CheckHashable(state, item, depth + 1);
                }

                break;
        }
    }

    private static bool AreEqual(RenderState state, object? left, object? right, int depth)
    {
        if (Texts.TryGet(left, out string? a))
        {
            return Texts.TryGet(right, out string? b) && a == b;
        }

        if (Numbers.Is(left))
        {
            return Numbers.Is(right) && Numbers.AreEqual(left!, right!);
        }

        if (ReferenceEquals(left, right))
        {
            return true;
        }

        switch (left, right)
        {
            case (Undefined, Undefined):
                return true;
            case (ListValue x, ListValue y):
                return SequencesEqual(state, x.ToList(), y.ToList(), depth);
            case (TupleValue x, TupleValue y):
                return SequencesEqual(state, x.Items, y.Items, depth);
            case (RangeValue x, RangeValue y):
                return x.Count == y.Count
                    && (x.Count == 0 || (x.Start == y.Start && (x.Count == 1 || x.Step == y.Step)));
            case (DictValue x, DictValue y):
                if (x.Count != y.Count)
                {
                    return false;
                }

                state.CheckValueDepth(depth);
                foreach (var (key, value) in x.Items)
                {
                    state.Step();
                    if (!y.Items.TryGetValue(key, out object? other) || !AreEqual(state, value, other, depth + 1))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return false;
        }
    }

    private static bool SequencesEqual(
        RenderState state,
        IReadOnlyList<object?> left,
        IReadOnlyList<object?> right,
        int depth
    )
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        state.CheckValueDepth(depth);
        for (int i = 0; i < left.Count; i++)
        {
            state.Step();
            if (!AreEqual(state, left[i], right[i], depth + 1))
            {
                return false;
            }
        }

        return true;
    }
}
