namespace LocalSlm.Templating;

/// <content>Filters that choose or change items one by one.</content>
internal static partial class Filters
{
    private static GeneratorValue Items(RenderState state, object? value, object?[] arguments) =>
        value switch
        {
            DictValue dict => new GeneratorValue(Values.ItemsOf(state, new ViewValue(dict, ViewKind.Items))),
            Undefined => new GeneratorValue([]),
            _ => throw state.Error("Can only get item pairs from a mapping."),
        };

    private static GeneratorValue Map(RenderState state, object? value, Arguments arguments)
    {
        Func<object?, object?> map;
        if (arguments.Positional.Length == 0 && arguments.NamedCount > 0)
        {
            object? attribute = arguments.Take("attribute", out arguments);
            object? fallback = arguments.Take("default", out arguments);
            if (arguments.NamedCount > 0 || !Given(attribute))
            {
                throw state.Error(
                    $"Unexpected keyword argument '{(arguments.NamedCount > 0 ? arguments.Names![0] : "default")}'"
                );
            }

            map = Sequences.Getter(state, attribute, fallback, Given(fallback) && fallback is not null);
        }
        else
        {
            if (arguments.Positional.Length == 0 || !Texts.TryGet(arguments.Positional[0], out string? name))
            {
                throw state.Error("map requires a filter argument");
            }

            var filter = Table.TryGetValue(name, out var found)
                ? found
                : throw state.Error($"No filter named '{name}'.");
            var rest = arguments.Skip(1);
            map = item => filter.Invoke(state, item, rest);
        }

        var result = new List<object?>();
        foreach (object? item in Mapped(state, value))
        {
            state.Step();
            result.Add(map(item));
        }

        return new GeneratorValue(result);
    }

    // Jinja's map and select give nothing for a value that is false, whatever its type.
    private static List<object?> Mapped(RenderState state, object? value) =>
        Values.Truth(value) ? Values.ItemsOf(state, value) : [];

    private static GeneratorValue Select(
        RenderState state,
        object? value,
        Arguments arguments,
        bool byAttribute,
        bool keep
    )
    {
        Func<object?, object?> getter = static item => item;
        if (byAttribute)
        {
            getter =
                arguments.Positional.Length > 0
                    ? Sequences.Getter(state, arguments.Positional[0])
                    : throw state.Error("Missing parameter for attribute name");
            arguments = arguments.Skip(1);
        }

        Func<object?, bool> test = Values.Truth;
        if (arguments.Positional.Length > 0)
        {
            string name = Texts.Of(Text(state, arguments.Positional[0]));
            var found = JinjaTests.Table.TryGetValue(name, out var named)
                ? named
                : throw state.Error($"No test named '{name}'.");
            object?[] rest = arguments.Skip(1).Positional;
            test = item => found(state, item, rest);
        }

        var result = new List<object?>();
        foreach (object? item in Mapped(state, value))
        {
            state.Step();
            if (test(getter(item)) == keep)
            {
                result.Add(item);
            }
        }

        return new GeneratorValue(result);
    }
}
