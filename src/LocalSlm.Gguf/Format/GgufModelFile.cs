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

    /// <summary>Checks a header alone: the data behind it may not be there yet.</summary>
    /// <exception cref="ModelFileException">It is damaged.</exception>
    /// <exception cref="UnsupportedModelException">It is sound, but of a kind that the native library cannot serve, or one part of
    /// several.</exception>
    public static GgufModelFile FromHeader(GgufFile header)
    {
        if (header.FindInteger("split.count") is > 1 and var count)
        {
            throw new UnsupportedModelException(
                header.Path,
                header.FindString("general.architecture"),
                $"its header tells of one part of {count} alone. Get all parts, then inspect the first one's path."
            );
        }

        var model = new GgufModelFile(header, [header]);
        GgufModelCheck.Check(model);
        return model;
    }

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
