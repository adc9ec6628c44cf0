using System.Security.Cryptography;
using System.Text;

namespace LocalSlm.Loading;

/// <summary>Tells a model's files from others, and from what they were before they were changed, without reading them.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Bytes">The size of the file, or of all files of the folder.</param>
/// <param name="ModifiedTicks">When the file, or the newest one of the folder, was written (UTC ticks).</param>
internal sealed record ModelIdentity(string Path, long Bytes, long ModifiedTicks)
{
    /// <summary>A folder of a model has some dozens; one with more is not read to its end.</summary>
    private const int MostFiles = 1000;

    /// <summary>Looks at the files. What cannot be seen counts as 0.</summary>
    public static ModelIdentity Read(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        long bytes = 0;
        long modified = 0;
        try
        {
            IEnumerable<FileInfo> files = Directory.Exists(full)
                ? new DirectoryInfo(full).EnumerateFiles(
                    "*",
                    new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 }
                )
                : [new FileInfo(full)];
            foreach (var file in files.Take(MostFiles).Where(static file => file.Exists))
            {
                bytes += file.Length;
                modified = Math.Max(modified, file.LastWriteTimeUtc.Ticks);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A file that goes away just now: the identity is then another one.
        }

        return new ModelIdentity(full, bytes, modified);
    }

    /// <summary>Makes a short name for a file that remembers something.</summary>
    public static string Name(params ReadOnlySpan<string?> parts)
    {
        var text = Encoding.UTF8.GetBytes(string.Join('\n', parts!));
        return Convert.ToHexStringLower(SHA256.HashData(text).AsSpan(0, 12));
    }
}
