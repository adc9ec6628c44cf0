namespace LocalSlm.Gguf.Format;

/// <summary>A model in one GGUF file or several parts, its headers read and everything checked that native code would take on trust.</summary>
internal sealed class GgufModelFile
{
    private GgufModelFile(GgufFile first, IReadOnlyList<GgufFile> parts)
    {
        First = first;
        Parts = parts;
    }

    /// <summary>Gets the first part, which holds the metadata.</summary>
    public GgufFile First { get; }

    /// <summary>Gets all parts in order; one where the model is not split.</summary>
    public IReadOnlyList<GgufFile> Parts { get; }

    /// <summary>Gets the tensors of all parts.</summary>
    public IEnumerable<GgufTensor> Tensors => Parts.SelectMany(part => part.Tensors);

    /// <summary>Reads and checks a model.</summary>
    /// <exception cref="ModelNotFoundException">Nothing lies at the path, or a part is missing.</exception>
    /// <exception cref="ModelFileException">A file is damaged, or may not be read.</exception>
    /// <exception cref="UnsupportedModelException">It is sound, but of a kind that the native library cannot serve.</exception>
    public static GgufModelFile Open(string path)
    {
        var first = GgufReader.Read(path);
        var model = new GgufModelFile(first, GgufSplit.ReadParts(first));
        GgufModelCheck.Check(model);
        return model;
    }
}
