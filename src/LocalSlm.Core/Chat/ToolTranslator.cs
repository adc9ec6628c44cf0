using System.Buffers;
using System.Text.Json;
using LocalSlm.Tools;
using Microsoft.Extensions.AI;

namespace LocalSlm.Chat;

/// <summary>Checks the tools of a request and what is required of them.</summary>
internal static class ToolTranslator
{
    private const int MaxNameLength = 64;

    private static readonly SearchValues<char> s_nameCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."
    );

    private static readonly JsonElement s_noParameters = Parse("""{"type":"object","properties":{}}"""u8);

    /// <summary>Translates the tools of a request.</summary>
    /// <param name="options">The options.</param>
    /// <returns>The tools.</returns>
    /// <exception cref="InvalidToolException">A tool's name or schema is unfit, two have one name, or the required tool is missing.</exception>
    /// <exception cref="NotSupportedException">A tool is not a function.</exception>
    /// <exception cref="ArgumentException">A call is required and there are no tools.</exception>
    public static RequestTools Translate(ChatOptions options)
    {
        if (options.ToolMode is not (null or AutoChatToolMode or NoneChatToolMode or RequiredChatToolMode))
        {
            throw new NotSupportedException(
                $"ChatOptions.ToolMode is a {options.ToolMode.GetType().Name}. Modes are Auto, None, RequireAny and RequireSpecific."
            );
        }

        var required = options.ToolMode as RequiredChatToolMode;
        if (options.Tools is not { Count: > 0 } given)
        {
            return required switch
            {
                null => RequestTools.None,
                { RequiredFunctionName: { } name } => throw Missing(name, []),
                _ => throw OptionError.Invalid(
                    nameof(options.ToolMode),
                    "ChatOptions.ToolMode requires a call, but ChatOptions.Tools is empty. Add tools, or leave ToolMode out."
                ),
            };
        }

        var tools = Describe(given);
        if (options.ToolMode is NoneChatToolMode)
        {
            return new RequestTools
            {
                // Their names alone matter: nothing of them is shown, and no call can be finished.
                Forbidden = [.. tools.Select(static tool => tool with { Parameters = s_noParameters })],
            };
        }

        if (required?.RequiredFunctionName is { } wanted && !tools.Exists(tool => tool.Name == wanted))
        {
            throw Missing(wanted, tools);
        }

        return new RequestTools
        {
            Descriptions = tools,
            Functions = [.. tools.Select(ToFunction)],
            IsRequired = required is not null,
            RequiredName = required?.RequiredFunctionName,

            // One tool that must be called is called once, unless the caller says otherwise.
            AllowsSeveralCalls = options.AllowMultipleToolCalls ?? required?.RequiredFunctionName is null,
        };
    }

    private static List<ToolDescription> Describe(IList<AITool> given)
    {
        var tools = new List<ToolDescription>(given.Count);
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < given.Count; index++)
        {
            var tool = given[index] switch
            {
                AIFunctionDeclaration function => Describe(function),
                null => throw OptionError.Invalid(nameof(ChatOptions.Tools), $"ChatOptions.Tools[{index}] is null."),
                var other => throw new NotSupportedException(
                    $"ChatOptions.Tools[{index}] is a {other.GetType().Name} ('{other.Name}'). There is no hosting service: only "
                        + "functions (AIFunction, AIFunctionDeclaration) are supported."
                ),
            };
            if (!names.Add(tool.Name))
            {
                throw new InvalidToolException(
                    tool.Name,
                    "another tool of the request has the same name. Names must differ."
                );
            }

            tools.Add(tool);
        }

        return tools;
    }

    private static ToolDescription Describe(AIFunctionDeclaration function)
    {
        var name = function.Name ?? "";
        if (name.Length is 0 or > MaxNameLength || name.AsSpan().ContainsAnyExcept(s_nameCharacters))
        {
            throw new InvalidToolException(
                name,
                $"names are 1 to {MaxNameLength} letters, digits, '_', '-' or '.' of ASCII. Rename the tool."
            );
        }

        var description = function.Description ?? "";
        TextGuard.ThrowIfNotUnicode(description, $"ChatOptions.Tools['{name}'].Description");
        return new ToolDescription(name, description, ParametersOf(name, function.JsonSchema));
    }

    private static JsonElement ParametersOf(string name, JsonElement schema)
    {
        switch (schema.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.True:
                return s_noParameters;
            case JsonValueKind.Object:
                break;
            default:
                throw new InvalidToolException(
                    name,
                    $"its schema is a JSON {schema.ValueKind}, not an object. The arguments of a call are an object.",
                    new UnsupportedSchemaException("", null, "A schema is an object, true or false.")
                );
        }

        if (schema.TryGetProperty("type", out var type))
        {
            return type.ValueKind == JsonValueKind.String && type.ValueEquals("object")
                ? schema.Clone()
                : throw new InvalidToolException(
                    name,
                    $"its schema has the type {type.GetRawText()}. The arguments of a call are an object: the type must be \"object\".",
                    new UnsupportedSchemaException("/type", "type", "It must be \"object\".")
                );
        }

        // What says nothing of the type is an object all the same: that is what calls have.
        return WithObjectType(schema);
    }

    private static JsonElement WithObjectType(JsonElement schema)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "object"u8);
            var hasProperties = false;
            foreach (var property in schema.EnumerateObject())
            {
                hasProperties |= property.NameEquals("properties"u8);
                property.WriteTo(writer);
            }

            if (!hasProperties)
            {
                writer.WriteStartObject("properties"u8);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        return Parse(buffer.WrittenSpan);
    }

    /// <summary>Writes a tool as the OpenAI API does: chat templates are written for that form.</summary>
    private static JsonElement ToFunction(ToolDescription tool)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "function"u8);
            writer.WriteStartObject("function"u8);
            writer.WriteString("name"u8, tool.Name);
            writer.WriteString("description"u8, tool.Description);
            writer.WritePropertyName("parameters"u8);
            tool.Parameters.WriteTo(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Parse(buffer.WrittenSpan);
    }

    private static InvalidToolException Missing(string name, List<ToolDescription> tools) =>
        new(
            name,
            "ChatOptions.ToolMode requires it, but ChatOptions.Tools "
                + (
                    tools.Count == 0
                        ? "is empty."
                        : $"has no tool of that name. It has: {string.Join(", ", tools.Select(tool => tool.Name))}."
                )
        );

    private static JsonElement Parse(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        return JsonElement.ParseValue(ref reader);
    }
}
