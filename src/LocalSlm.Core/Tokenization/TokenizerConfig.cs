using System.Text.Json;
using LocalSlm.Tokenization.Json;

namespace LocalSlm.Tokenization;

/// <summary>What tokenizer_config.json and special_tokens_map.json tell.</summary>
internal sealed record TokenizerConfig
{
    private const int MostBytes = 64 << 20;

    /// <summary>Gets the name of the beginning-of-sequence token.</summary>
    public string? BosName { get; private init; }

    /// <summary>Gets the name of the end-of-sequence token.</summary>
    public string? EosName { get; private init; }

    /// <summary>Gets the name of the unknown token.</summary>
    public string? UnknownName { get; private init; }

    /// <summary>Gets whether BOS stands before every text, where the file says.</summary>
    public bool? AddsBos { get; private init; }

    /// <summary>Gets whether EOS stands behind every text, where the file says.</summary>
    public bool? AddsEos { get; private init; }

    /// <summary>Gets whether text gets a space before it, where the file says.</summary>
    public bool? AddsPrefixSpace { get; private init; }

    /// <summary>Gets the class that the file was made for.</summary>
    public string? Class { get; private init; }

    /// <summary>Gets the added tokens that the file lists.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; private init; } = [];

    /// <summary>Reads the files of a folder; none need be there.</summary>
    /// <exception cref="ModelFileException">A file is malformed.</exception>
    public static TokenizerConfig Read(string folder)
    {
        var config = Parse(Path.Combine(folder, "tokenizer_config.json"));
        var map = Parse(Path.Combine(folder, "special_tokens_map.json"));
        return new TokenizerConfig
        {
            BosName = Name(config, "bos_token") ?? Name(map, "bos_token"),
            EosName = Name(config, "eos_token") ?? Name(map, "eos_token"),
            UnknownName = Name(config, "unk_token") ?? Name(map, "unk_token"),
            AddsBos = Flag(config, "add_bos_token"),
            AddsEos = Flag(config, "add_eos_token"),
            AddsPrefixSpace = Flag(config, "add_prefix_space"),
            Class = config is { } part ? Text(part["tokenizer_class"]) : null,
            AddedTokens = config is { } tokens ? AddedTokenJson.ReadMap(tokens["added_tokens_decoder"]) : [],
        };
    }

    private static JsonPart? Parse(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > MostBytes)
            {
                throw new ModelFileException(path, $"it has {stream.Length} bytes; the limit is {MostBytes}.");
            }

            using var document = JsonDocument.Parse(stream);
            var part = new JsonPart(path, "$", document.RootElement.Clone());
            return part.Element.ValueKind == JsonValueKind.Object ? part : throw part.Wrong("an object");
        }
        catch (JsonException error)
        {
            throw new ModelFileException(path, $"it is no JSON: {error.Message}", null, error);
        }
        catch (IOException error)
        {
            throw new ModelFileException(path, error.Message, null, error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new ModelFileException(path, error.Message, null, error);
        }
    }

    /// <summary>Reads a token that is written as its name or as an object with its content.</summary>
    private static string? Name(JsonPart? file, string property)
    {
        if (file is not { } part || part[property] is not { IsNull: false } token)
        {
            return null;
        }

        return token.Element.ValueKind == JsonValueKind.Object ? token["content"].AsString() : token.AsString();
    }

    private static bool? Flag(JsonPart? file, string property) =>
        file is { } part && part[property] is { IsNull: false } flag ? flag.AsBoolean() : null;

    private static string? Text(JsonPart part) => part.IsNull ? null : part.AsString();
}
