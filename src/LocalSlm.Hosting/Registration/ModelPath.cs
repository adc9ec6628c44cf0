namespace LocalSlm.Hosting.Registration;

/// <summary>Where a model's path leads.</summary>
internal static class ModelPath
{
    /// <summary>Resolves a path: a relative one is looked for under the content root first, then as it stands.</summary>
    /// <param name="path">The path.</param>
    /// <param name="contentRoot">The host's content root, or <see langword="null"/>.</param>
    /// <returns>The path to use.</returns>
    public static string Resolve(string path, string? contentRoot)
    {
        if (contentRoot is null || Path.IsPathRooted(path))
        {
            return path;
        }

        var beneath = Path.Combine(contentRoot, path);
        return Path.Exists(beneath) ? beneath : path;
    }
}
