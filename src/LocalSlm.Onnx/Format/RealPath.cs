namespace LocalSlm.Onnx.Format;

/// <summary>Follows every link on the way to a file.</summary>
internal static class RealPath
{
    // As many as Linux follows (path_resolution(7)).
    private const int MostLinks = 40;

    /// <summary>Gets where a path really leads.</summary>
    /// <returns>The path without links, or <see langword="null"/> if the links go round in circles.</returns>
    public static string? Of(string path)
    {
        var full = Path.GetFullPath(path);
        for (var links = 0; links <= MostLinks; links++)
        {
            if (FollowFirstLink(full) is not { } next)
            {
                return full;
            }

            full = next;
        }

        return null;
    }

    // null: there is none.
    private static string? FollowFirstLink(string path)
    {
        var root = Path.GetPathRoot(path) ?? "";
        var parts = path[root.Length..]
            .Split(
                [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar],
                StringSplitOptions.RemoveEmptyEntries
            );
        var walked = root;
        for (var i = 0; i < parts.Length; i++)
        {
            var parent = walked;
            walked = Path.Combine(walked, parts[i]);
            if (new FileInfo(walked).LinkTarget is { } target)
            {
                return Path.GetFullPath(Path.Combine([parent, target, .. parts[(i + 1)..]]));
            }
        }

        return null;
    }
}
