namespace LocalSlm.Onnx.Format;

/// <summary>The folder of a model, out of which no name in its files leads.</summary>
internal sealed class ModelFolder
{
    private readonly string _real;
    private readonly string? _store;

    /// <summary>Takes a folder that exists.</summary>
    public ModelFolder(string path)
    {
        Path = path;
        _real = RealPath.Of(path) ?? path;

        // The cache of huggingface_hub keeps each file once, in 'blobs', and links to it from 'snapshots/REVISION'.
        var snapshots = System.IO.Path.GetDirectoryName(_real);
        _store =
            System.IO.Path.GetFileName(snapshots) == "snapshots"
                ? System.IO.Path.Combine(System.IO.Path.GetDirectoryName(snapshots)!, "blobs")
                : null;
    }

    /// <summary>Gets the folder as it was given.</summary>
    public string Path { get; }

    /// <summary>Gets a file of the folder.</summary>
    /// <param name="name">Its name, with <c>/</c> between folders.</param>
    /// <param name="namedBy">The file that names it, for messages.</param>
    /// <returns>Its path; nothing need lie there.</returns>
    /// <exception cref="ModelFileException">The name leads out of the folder.</exception>
    public string Resolve(string name, string namedBy) => Resolve(Path, name, namedBy);

    /// <summary>Gets a file that another one names relative to a folder at or below this one.</summary>
    /// <exception cref="ModelFileException">The name leads out of this folder.</exception>
    public string Resolve(string relativeTo, string name, string namedBy)
    {
        // A backslash parts folders on one system and not on another, so it is no part of a sound name.
        if (
            name.Length is 0 or > 1024
            || name.AsSpan().IndexOfAny('\0', '\\', ':') >= 0
            || name.StartsWith('/')
            || System.IO.Path.IsPathRooted(name)
            || name.Split('/').Contains("..")
        )
        {
            throw new ModelFileException(
                namedBy,
                $"it names the file '{Shorten(name)}'. Names must be relative and stay inside the model's folder, with '/' between folders."
            );
        }

        var path = System.IO.Path.Combine(relativeTo, name);
        if (RealPath.Of(path) is not { } real || !IsInside(real))
        {
            throw new ModelFileException(
                namedBy,
                $"'{Shorten(name)}' is a link that leads out of the model's folder '{Path}'. Put the file itself there."
            );
        }

        return path;
    }

    /// <summary>Gets a file if it lies in the folder.</summary>
    /// <returns>Its path, or <see langword="null"/>.</returns>
    /// <exception cref="ModelFileException">It is a link that leads out of the folder.</exception>
    public string? Find(string name)
    {
        var path = System.IO.Path.Combine(Path, name);
        return File.Exists(path) ? Resolve(name, Path) : null;
    }

    private bool IsInside(string real) => IsBelow(real, _real) || (_store is not null && IsBelow(real, _store));

    private static bool IsBelow(string path, string folder) =>
        System.IO.Path.GetRelativePath(folder, path) is var relative
        && relative != ".."
        && !relative.StartsWith("../", StringComparison.Ordinal)
        && !relative.StartsWith("..\\", StringComparison.Ordinal)
        && !System.IO.Path.IsPathRooted(relative);

    private static string Shorten(string name) =>
        (name.Length > 200 ? name[..200] + "…" : name).Replace('\0', '?').ReplaceLineEndings(" ");
}
