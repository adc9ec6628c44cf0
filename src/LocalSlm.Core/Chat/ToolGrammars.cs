using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.JsonSchema;
using LocalSlm.Tools;

namespace LocalSlm.Chat;

/// <summary>Builds the grammars of tool calls and keeps them: requests come with the same tools again and again. Safe for concurrent
/// use.</summary>
/// <param name="marker">Makes the node of a structural text, as in <see cref="ToolGrammarInput.Marker"/>.</param>
internal sealed class ToolGrammars(Func<string, GrammarNode> marker)
{
    private const int Capacity = 32;

    private readonly BoundedCache<CallGrammar> _known = new(Capacity);

    /// <summary>Gets the grammar of calls.</summary>
    /// <param name="family">How they are written.</param>
    /// <param name="tools">The tools that may be called; at least one.</param>
    /// <param name="allowsSeveral">Whether several calls may stand in one reply.</param>
    /// <param name="isLenient">Whether what a schema says and cannot be enforced is left out.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>The grammar.</returns>
    /// <exception cref="InvalidToolException">The schema of a tool cannot be enforced.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public CallGrammar Get(
        ToolFormat family,
        IReadOnlyList<ToolDescription> tools,
        bool allowsSeveral,
        bool isLenient,
        CancellationToken cancellationToken
    )
    {
        var key = KeyOf(family, tools, allowsSeveral, isLenient);
        return _known.GetOrAdd(key, () => Build(key, family, tools, allowsSeveral, isLenient, cancellationToken));
    }

    private CallGrammar Build(
        string key,
        ToolFormat family,
        IReadOnlyList<ToolDescription> tools,
        bool allowsSeveral,
        bool isLenient,
        CancellationToken cancellationToken
    )
    {
        var downgrades = new List<string>();
        var tool = tools[0];
        JsonSchemaSettings Settings() =>
            new()
            {
                Lenient = isLenient,
                ClosesObjects = true,
                FitsDotNetTypes = true,
                CancellationToken = cancellationToken,
                Whitespace = JsonWhitespace.Bounded,
                OnDowngrade = (path, keyword) => downgrades.Add($"Tool '{tool.Name}', #{path}: {keyword}"),
            };
        GrammarNode Compile(JsonElement schema) => JsonSchemaCompiler.Compile(schema, Settings());

        // Every schema first, so that an error names its tool whatever order the family builds in.
        var arguments = new Dictionary<string, GrammarNode>(StringComparer.Ordinal);
        foreach (var next in tools)
        {
            tool = next;
            try
            {
                arguments[next.Name] = Compile(next.Parameters);
            }
            catch (UnsupportedSchemaException error)
            {
                throw GrammarErrors.OfTools([next.Name], error);
            }
        }

        var input = new ToolGrammarInput
        {
            Tools = tools,
            AllowsSeveralCalls = allowsSeveral,
            Marker = marker,
            JsonArguments = described => arguments[described.Name],
            JsonValue = Compile,
        };
        ToolGrammar grammar;
        try
        {
            grammar = family.BuildGrammar(input);
        }
        catch (Exception error) when (error is UnsupportedSchemaException or GrammarException)
        {
            throw Blame(family, input, (LocalSlmException)error);
        }

        return new CallGrammar(
            new GrammarSource($"{key}:forced", () => grammar.Forced),
            [
                .. grammar.Triggers.Select(
                    (trigger, index) =>
                        new CallTrigger(
                            trigger.Text,
                            new GrammarSource($"{key}:{index}", () => trigger.Rest),
                            trigger.AtStart
                        )
                ),
            ]
        )
        {
            Downgrades = [.. downgrades.Distinct()],
        };
    }

    /// <summary>Finds the tool that a family's own grammar cannot have.</summary>
    private static InvalidToolException Blame(ToolFormat family, ToolGrammarInput input, LocalSlmException all)
    {
        foreach (var tool in input.Tools)
        {
            try
            {
                family.BuildGrammar(input with { Tools = [tool] });
            }
            catch (Exception error) when (error is UnsupportedSchemaException or GrammarException)
            {
                return GrammarErrors.OfTools([tool.Name], (LocalSlmException)error);
            }
        }

        return GrammarErrors.OfTools([.. input.Tools.Select(static tool => tool.Name)], all);
    }

    private static string KeyOf(
        ToolFormat family,
        IReadOnlyList<ToolDescription> tools,
        bool allowsSeveral,
        bool isLenient
    )
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var tool in tools)
            {
                writer.WriteStringValue(tool.Name);
                tool.Parameters.WriteTo(writer);
            }

            writer.WriteEndArray();
        }

        return $"calls:{family.Name}:{allowsSeveral}:{isLenient}:{Convert.ToHexString(SHA256.HashData(buffer.WrittenSpan))}";
    }
}
