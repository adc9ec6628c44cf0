using System.Text.Json;
using System.Text.Unicode;

namespace LocalSlm.Onnx.Format;

/// <summary>A JSON file of a model. Reading values of it ends with the value or a
/// <see cref="ModelFileException"/> that names file, key and value. Of a key that is there twice the last counts, as it does for
/// the tools that write these files.</summary>
internal sealed class JsonFile
{
    private const int MostDepth = 64;

    private JsonFile(string path, JsonElement root)
    {
        Path = path;
        Root = new ConfigNode(path, "", root);
    }

    /// <summary>Gets the file.</summary>
    public string Path { get; }

    /// <summary>Gets its top.</summary>
    public ConfigNode Root { get; }

    /// <summary>Reads a file with an object at its top.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The most bytes it may have.</param>
    /// <exception cref="ModelFileException">It cannot be read, is too long, or is no JSON object.</exception>
    public static JsonFile Read(string path, int limit) =>
        new(path, Parse(path, limit, JsonValueKind.Object, "object"));

    /// <summary>Reads a file with a list at its top.</summary>
    /// <exception cref="ModelFileException">It cannot be read, is too long, or is no JSON list.</exception>
    public static ConfigNode ReadList(string path, int limit) =>
        new(path, "", Parse(path, limit, JsonValueKind.Array, "list"));

    private static JsonElement Parse(string path, int limit, JsonValueKind kind, string what)
    {
        var bytes = ReadBytes(path, limit);
        try
        {
            CheckTexts(path, bytes);
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MostDepth });
            return document.RootElement.ValueKind == kind
                ? document.RootElement.Clone()
                : throw new ModelFileException(path, $"it is no JSON {what}. The file is damaged; get it again.");
        }
        catch (JsonException error)
        {
            throw new ModelFileException(
                path,
                $"it is no valid JSON: {error.Message} Get it again.",
                innerException: error
            );
        }
    }

    /// <summary>Reads a file's bytes, without a byte order mark.</summary>
    /// <exception cref="ModelFileException">It cannot be read, or is too long.</exception>
    public static ReadOnlyMemory<byte> ReadBytes(string path, int limit)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
            if (stream.Length > limit)
            {
                throw new ModelFileException(
                    path,
                    $"it is {stream.Length} bytes long; at most {limit} are read. Such a file is not what its name says."
                );
            }

            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsMemory(3) : bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, $"it cannot be read: {error.Message}", innerException: error);
        }
    }

    // Escapes may stand for half a character, and bytes for none; reading such a text later would throw anywhere.
    private static void CheckTexts(string path, ReadOnlyMemory<byte> bytes)
    {
        if (!Utf8.IsValid(bytes.Span))
        {
            throw new ModelFileException(path, "it is no valid UTF-8. The file is damaged; get it again.");
        }

        var reader = new Utf8JsonReader(bytes.Span, new JsonReaderOptions { MaxDepth = MostDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                try
                {
                    reader.GetString();
                }
                catch (InvalidOperationException error)
                {
                    throw new ModelFileException(
                        path,
                        "a text in it holds half a character (a lone surrogate). The file is damaged.",
                        reader.TokenStartIndex,
                        error
                    );
                }
            }
        }
    }
}
