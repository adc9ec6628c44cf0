using System.Text.Json;

namespace LocalSlm.Onnx.Format;

/// <summary>What can be told of a folder's tokenizer without building it.</summary>
internal sealed record TokenizerFiles
{
    // The largest published one has 33 MB (a vocabulary of 262,000 tokens).
    private const int TokenizerLimit = 512 << 20;
    private const int ConfigLimit = 64 << 20;
    private const int MostDepth = 64;
    private const int MostAdded = 1 << 20;

    /// <summary>Gets the kind of its model, such as <c>BPE</c>, or <see langword="null"/>.</summary>
    public string? Kind { get; init; }

    /// <summary>Gets <c>tokenizer_config.json</c>, or <see langword="null"/>.</summary>
    public JsonFile? Config { get; init; }

    /// <summary>Gets the ids of added tokens by their text.</summary>
    public IReadOnlyDictionary<string, int> Added { get; init; } = new Dictionary<string, int>();

    /// <summary>Reads what lies in a folder.</summary>
    /// <exception cref="ModelNotFoundException">No tokenizer lies there.</exception>
    /// <exception cref="ModelFileException">A file is damaged.</exception>
    public static TokenizerFiles Read(ModelFolder folder, string modelPath)
    {
        var config = folder.Find("tokenizer_config.json") is { } path ? JsonFile.Read(path, ConfigLimit) : null;
        if (folder.Find("tokenizer.json") is { } file)
        {
            var (kind, added) = Scan(file);
            return new()
            {
                Kind = kind,
                Config = config,
                Added = added,
            };
        }

        var other =
            folder.Find("tokenizer.model") is not null ? "SentencePiece"
            : folder.Find("vocab.json") is not null && folder.Find("merges.txt") is not null ? "BPE"
            : folder.Find("vocab.txt") is not null ? "WordPiece"
            : throw new ModelNotFoundException(
                modelPath,
                $"no tokenizer lies in '{folder.Path}'. Looked for: tokenizer.json, tokenizer.model, vocab.json with merges.txt, vocab.txt. Get the model's folder whole."
            );
        return new() { Kind = other, Config = config };
    }

    /// <summary>Gets the id of a token that <c>tokenizer_config.json</c> names, such as <c>eos_token</c>.</summary>
    public int? FindSpecial(string role)
    {
        var text = Config?.Root.Find(role) switch
        {
            { Kind: JsonValueKind.String } plain => plain.Text(),
            { Kind: JsonValueKind.Object } token => token.FindText("content"),
            _ => null,
        };
        return text is not null && Added.TryGetValue(text, out var id) ? id : null;
    }

    // The file is large, and the vocabulary is not wanted: tokens are read one by one.
    private static (string? Kind, Dictionary<string, int> Added) Scan(string path)
    {
        var bytes = JsonFile.ReadBytes(path, TokenizerLimit);
        string? kind = null;
        var added = new Dictionary<string, int>(StringComparer.Ordinal);
        try
        {
            var reader = new Utf8JsonReader(bytes.Span, new JsonReaderOptions { MaxDepth = MostDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new ModelFileException(path, "it is no JSON object. The file is damaged; get it again.");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("added_tokens"u8))
                {
                    reader.Read();
                    ReadAdded(ref reader, added);
                }
                else if (reader.ValueTextEquals("model"u8))
                {
                    reader.Read();
                    kind = ReadKind(ref reader) ?? kind;
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }

            // What follows the object would be an error; the reader says so.
            reader.Read();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ModelFileException(path, $"it is no valid JSON: {error.Message} Get it again.", null, error);
        }

        return (kind, added);
    }

    private static void ReadAdded(ref Utf8JsonReader reader, Dictionary<string, int> added)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            int? id = null;
            string? content = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isId, isContent) = (reader.ValueTextEquals("id"u8), reader.ValueTextEquals("content"u8));
                reader.Read();
                if (isId && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number))
                {
                    id = number;
                }
                else if (isContent && reader.TokenType == JsonTokenType.String)
                {
                    content = reader.GetString();
                }
                else
                {
                    reader.Skip();
                }
            }

            if (id is { } known && content is not null && added.Count < MostAdded)
            {
                added[content] = known;
            }
        }
    }

    // Before the type was written down (tokenizers 0.8 and older) a model had none.
    private static string? ReadKind(ref Utf8JsonReader reader)
    {
        string? kind = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (isType && reader.TokenType == JsonTokenType.String)
            {
                kind = reader.GetString();
            }
            else
            {
                reader.Skip();
            }
        }

        return kind;
    }
}
