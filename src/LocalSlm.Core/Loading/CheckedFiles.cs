namespace LocalSlm.Loading;

/// <summary>The files of a model as they were when they were checked. Native libraries open them again by their paths: what lies there must
/// be the same before and afterwards.</summary>
/// <param name="stamps">The files, each looked at before it was read.</param>
internal sealed class CheckedFiles(IEnumerable<FileStamp> stamps)
{
    private readonly FileStamp[] _stamps = [.. stamps];

    /// <summary>Refuses files that are not those that were checked.</summary>
    /// <exception cref="ModelFileException">One was replaced, written to, or taken away.</exception>
    public void ThrowIfChanged()
    {
        foreach (var stamp in _stamps)
        {
            var now = FileStamp.Take(stamp.Path);
            if (now != stamp)
            {
                throw new ModelFileException(
                    stamp.Path,
                    $"it was {Describe(stamp, now)} while it was loaded, and is not what was checked. Nothing of it is in use. Load it again "
                        + "when it is whole; to replace a model that may be loading, rename a finished file to its name."
                );
            }
        }
    }

    private static string Describe(FileStamp before, FileStamp now) =>
        now.Bytes < 0 ? "taken away"
        : now.Identity != before.Identity ? "replaced"
        : now.Bytes != before.Bytes ? $"changed (it had {before.Bytes} bytes, and has {now.Bytes})"
        : "changed";
}
