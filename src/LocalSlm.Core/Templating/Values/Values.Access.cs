namespace LocalSlm.Templating;

/// <content>Reading parts of values: iteration, attributes, elements, calls.</content>
internal static partial class Values
{
    public static bool IsIterable(object? value) =>
        value
            is string
                or TemplateText
                or ListValue
                or TupleValue
                or DictValue
                or RangeValue
                or ViewValue
                or GeneratorValue
                or Undefined;

    /// <summary>Gets the elements that iterating over a value gives.</summary>
    public static List<object?> ItemsOf(RenderState state, object? value)
    {
        switch (value)
        {
            case ListValue list:
                state.Charge(list.Count);
                return list.ToList();
            case TupleValue tuple:
                state.Charge(tuple.Items.Length);
                return [.. tuple.Items];
            case DictValue dict:
                return ViewItems(state, dict, ViewKind.Keys);
            case ViewValue view:
                return ViewItems(state, view.Dict, view.Kind);
            case string or TemplateText:
                return Texts.Characters(state, value);
            case RangeValue range:
                state.Charge(range.Count);
                var numbers = new List<object?>((int)range.Count);
                for (long i = 0; i < range.Count; i++)
                {
                    numbers.Add(Boxes.Of(range.Start + (i * range.Step)));
                }

                return numbers;
            case GeneratorValue generator:
                return generator.Drain();
            case Undefined:
                return [];
            default:
                throw state.Error($"'{PythonType(value)}' object is not iterable");
        }
    }

    /// <summary>Gets the elements as a list that follows later changes if the value is a list.</summary>
    public static ListValue Iterate(RenderState state, object? value) =>
        value as ListValue ?? new ListValue(ItemsOf(state, value));

    /// <summary>Python's <c>len</c>; -1 if the value has none.</summary>
    public static long LengthOf(object? value) =>
        value switch
        {
            string s => CodePoints.Count(s),
            TemplateText t => CodePoints.Count(t.Value),
            ListValue list => list.Count,
            DictValue dict => dict.Count,
            TupleValue tuple => tuple.Items.Length,
            RangeValue range => range.Count,
            ViewValue view => view.Dict.Count,
            LoopValue loop => loop.Items.Count,
            Undefined => 0,
            _ => -1,
        };

    /// <summary>Jinja's <c>value.name</c>: a method or attribute, else an element.</summary>
    public static object? GetAttribute(RenderState state, object? value, string name)
    {
        switch (value)
        {
            case DictValue dict:
                return DictMethods.Table.TryGetValue(name, out var dictMethod) ? new BoundMethod(dict, name, dictMethod)
                    : dict.TryGet(name, out object? element) ? element
                    : Undefined.Attribute(value, name);
            case Undefined undefined:
                throw state.Error(undefined.Message);
            default:
                object? own = GetOwnAttribute(value, name);
                return ReferenceEquals(own, Missing.Value) ? Undefined.Attribute(value, name) : own;
        }
    }

    /// <summary>Jinja's <c>value[key]</c>: an element, else a method or attribute.</summary>
    public static object? GetItem(RenderState state, object? value, object? key)
    {
        switch (value)
        {
            case DictValue dict:
                if (key is not (ListValue or DictValue or SliceValue) && dict.TryGet(state, key, out object? element))
                {
                    return element;
                }

                break;
            case Undefined undefined:
                throw state.Error(undefined.Message);
            case ListValue or TupleValue or string or TemplateText or RangeValue:
                if (key is SliceValue slice)
                {
                    return Slicing.Slice(state, value, slice);
                }

                if (Numbers.TryGetLong(key, out long index))
                {
                    object? item = Slicing.At(state, value, index);
                    return ReferenceEquals(item, Missing.Value)
                        ? Undefined.Element(value, Numbers.FormatInteger(key!))
                        : item;
                }

                break;
        }

        if (Texts.TryGet(key, out string? name))
        {
            object? attribute =
                value is DictValue
                    ? DictMethods.Table.TryGetValue(name, out var method)
                        ? new BoundMethod(value, name, method)
                        : Missing.Value
                    : GetOwnAttribute(value, name);
            return ReferenceEquals(attribute, Missing.Value) ? Undefined.Attribute(value, name) : attribute;
        }

        return Undefined.Element(value, PythonRepr.OfShort(state, key));
    }

    /// <summary>Jinja's <c>attr</c> filter: an attribute only, never an element.</summary>
    public static object? GetOwn(RenderState state, object? value, string name)
    {
        if (value is Undefined undefined)
        {
            throw state.Error(undefined.Message);
        }

        if (value is DictValue)
        {
            return DictMethods.Table.TryGetValue(name, out var method)
                ? new BoundMethod(value, name, method)
                : Undefined.Attribute(value, name);
        }

        object? own = GetOwnAttribute(value, name);
        return ReferenceEquals(own, Missing.Value) ? Undefined.Attribute(value, name) : own;
    }

    /// <summary>Calls a value.</summary>
    public static object? Call(RenderState state, object? callee, Arguments arguments)
    {
        state.Step();
        switch (callee)
        {
            case MacroValue macro:
                return macro.Definition.Invoke(state, macro, arguments);
            case BoundMethod method:
                return method.Body(state, method.Self, arguments);
            case GlobalFunction function:
                return function.Body(state, arguments);
            case LoopValue loop:
                return loop.Statement.Recurse(
                    state,
                    loop,
                    arguments.Positional.Length == 1 && arguments.NamedCount == 0
                        ? arguments.Positional[0]
                        : throw state.Error("loop() takes exactly one argument, the values of the inner loop")
                );
            case JoinerValue joiner:
                return joiner.Next();
            case Undefined undefined:
                throw state.Error(undefined.Message);
            default:
                throw state.Error($"'{PythonType(callee)}' object is not callable");
        }
    }

    public static bool IsCallable(object? value) =>
        value is MacroValue or BoundMethod or GlobalFunction or LoopValue or JoinerValue or Undefined;

    private static object? GetOwnAttribute(object? value, string name)
    {
        switch (value)
        {
            case string or TemplateText:
                return StringMethods.Table.TryGetValue(name, out var stringMethod)
                    ? new BoundMethod(value, name, stringMethod)
                    : Missing.Value;
            case ListValue:
                return ListMethods.Table.TryGetValue(name, out var listMethod)
                    ? new BoundMethod(value, name, listMethod)
                    : Missing.Value;
            case TupleValue tuple:
                int index = tuple.Names is null ? -1 : Array.IndexOf(tuple.Names, name);
                return index >= 0 ? tuple.Items[index]
                    : name is "index" or "count" ? new BoundMethod(value, name, ListMethods.Table[name])
                    : Missing.Value;
            case NamespaceValue space:
                return space.Attributes.TryGetValue(name, out object? attribute) ? attribute : Missing.Value;
            case LoopValue loop:
                return loop.GetAttribute(name);
            case MacroValue macro:
                return macro.GetAttribute(name);
            case CyclerValue cycler:
                return name switch
                {
                    "current" => cycler.Current,
                    "next" => new BoundMethod(cycler, name, static (_, self, _) => ((CyclerValue)self).Next()),
                    "reset" => new BoundMethod(
                        cycler,
                        name,
                        static (_, self, _) =>
                        {
                            ((CyclerValue)self).Reset();
                            return null;
                        }
                    ),
                    _ => Missing.Value,
                };
            default:
                return Missing.Value;
        }
    }

    private static List<object?> ViewItems(RenderState state, DictValue dict, ViewKind kind)
    {
        int count = dict.Count;
        state.Charge(count);
        var result = new List<object?>(count);
        for (int i = 0; i < count; i++)
        {
            result.Add(
                kind switch
                {
                    ViewKind.Keys => dict.KeyAt(i),
                    ViewKind.Values => dict.ValueAt(i),
                    _ => dict.EntryAt(i),
                }
            );
        }

        return result;
    }
}
