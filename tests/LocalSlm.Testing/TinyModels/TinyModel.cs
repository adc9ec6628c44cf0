using LocalSlm.Gguf.Format;

namespace LocalSlm.Testing.TinyModels;

/// <summary>A tiny model with random weights, the same in every run: it loads and decodes on the real native library, and
/// what it says means nothing.</summary>
/// <param name="Name">What it is, such as <c>llama-bpe</c>.</param>
/// <param name="Build">Makes its file's content.</param>
internal sealed record TinyModel(string Name, Func<GgufWriter> Build)
{
    /// <summary>The tokens it may hold, by its own metadata.</summary>
    public const int ContextTokens = 512;

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        Build().Write(stream);
        return stream.ToArray();
    }

    /// <summary>Writes the file into a folder.</summary>
    /// <returns>Its path.</returns>
    public string WriteTo(string folder)
    {
        var path = Path.Combine(folder, $"tiny-{Name}.gguf");
        Build().Write(path);
        return path;
    }

    public override string ToString() => Name;
}
