using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.JsonSchema;
using LocalSlm.Constraints.Regular;
using Microsoft.Extensions.AI;

namespace LocalSlm.Chat;

/// <summary>Turns what a request says about the form of its reply into a grammar. Grammars are kept: requests come with the same schema
/// again and again. Safe for concurrent use.</summary>
internal sealed class ConstraintTranslator
{
    private const int Capacity = 64;

    private static readonly JsonElement s_anyObject = Parse("""{"type":"object"}"""u8);

    private readonly BoundedCache<RequestConstraint> _known = new(Capacity);

    /// <summary>Translates.</summary>
    /// <param name="options">The options.</param>
    /// <param name="isLenient">Whether what a schema says and cannot be enforced is left out.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>The constraint, or <see langword="null"/> for free text.</returns>
    /// <exception cref="ArgumentException">There is more than one.</exception>
    /// <exception cref="UnsupportedSchemaException">The schema cannot be enforced.</exception>
    /// <exception cref="GrammarException">The grammar, the pattern or the choices are malformed or too large.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public RequestConstraint? Translate(ChatOptions options, bool isLenient, CancellationToken cancellationToken)
    {
        var json = options.ResponseFormat as ChatResponseFormatJson;
        var (grammar, pattern, choices) = (options.Grammar, options.Pattern, options.Choices);
        ReadOnlySpan<string?> given =
        [
            json is null ? null : nameof(options.ResponseFormat),
            grammar is null ? null : nameof(RequestProperty.Grammar),
            pattern is null ? null : nameof(RequestProperty.Pattern),
            choices is null ? null : nameof(RequestProperty.Choices),
        ];
        var named = string.Join(" and ", given.ToArray().Where(static name => name is not null));
        if (named.Contains(' ', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"ChatOptions has {named}, which each say what the whole reply must be. Set one of them.",
                nameof(options)
            );
        }

        return json is not null ? OfSchema(json.Schema, isLenient, cancellationToken)
            : grammar is not null
                ? OfText(nameof(RequestProperty.Grammar), grammar, static text => GbnfParser.Parse(text))
            : pattern is not null
                ? OfText(nameof(RequestProperty.Pattern), pattern, static text => PatternGrammar.Build(text))
            : choices is not null ? OfChoices(choices)
            : null;
    }

    private RequestConstraint OfSchema(JsonElement? given, bool isLenient, CancellationToken cancellationToken)
    {
        // Without a schema the model may lay its JSON out as it likes.
        var schema = given ?? s_anyObject;
        var whitespace = given is null ? JsonWhitespace.Bounded : JsonWhitespace.Compact;
        var key = $"schema:{whitespace}:{isLenient}:{HashOf(schema)}";
        return _known.GetOrAdd(
            key,
            () =>
            {
                var downgrades = new List<string>();
                var settings = new JsonSchemaSettings
                {
                    Whitespace = whitespace,
                    Lenient = isLenient,
                    ClosesObjects = true,
                    FitsDotNetTypes = true,
                    CancellationToken = cancellationToken,
                    OnDowngrade = (path, keyword) => downgrades.Add($"#{path}: {keyword}"),
                };
                var node = given is null
                    ? JsonSchemaCompiler.CompileAnyJson(settings)
                    : JsonSchemaCompiler.Compile(schema, settings);
                return new RequestConstraint(nameof(ChatOptions.ResponseFormat), key, node) { Downgrades = downgrades };
            }
        );
    }

    private RequestConstraint OfChoices(IReadOnlyList<string> choices)
    {
        var text = new StringBuilder();
        foreach (var choice in choices)
        {
            text.Append(choice?.Length ?? -1).Append(':').Append(choice);
        }

        var key = $"choices:{HashOf(text.ToString())}";
        return _known.GetOrAdd(
            key,
            () => new RequestConstraint(nameof(RequestProperty.Choices), key, ChoiceGrammar.Build(choices))
        );
    }

    private RequestConstraint OfText(string source, string text, Func<string, GrammarNode> build)
    {
        TextGuard.ThrowIfNotUnicode(text, source);
        var key = $"{source}:{HashOf(text)}";
        return _known.GetOrAdd(key, () => new RequestConstraint(source, key, build(text)));
    }

    private static string HashOf(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string HashOf(JsonElement schema)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            schema.WriteTo(writer);
        }

        return Convert.ToHexString(SHA256.HashData(buffer.WrittenSpan));
    }

    private static JsonElement Parse(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        return JsonElement.ParseValue(ref reader);
    }
}
