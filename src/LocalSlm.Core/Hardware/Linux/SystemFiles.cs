namespace LocalSlm.Hardware.Linux;

/// <summary>Reads files of <c>/sys</c> and <c>/proc</c> below a root, which tests set. Missing files are nothing; those that are there and
/// cannot be read become problems.</summary>
/// <param name="root">The folder that holds <c>sys</c> and <c>proc</c>.</param>
/// <param name="problems">Gets the lines.</param>
internal sealed class SystemFiles(string root, ICollection<string> problems)
{
    /// <summary>Files of these systems are a page long; what is longer is not one.</summary>
    private const int MostCharacters = 1 << 16;

    /// <summary>Gets the full path of one that is given as <c>sys/class/drm</c>.</summary>
    public string Locate(string path) => Path.Combine(root, path);

    /// <summary>Reads a file without spaces around its text.</summary>
    /// <returns>The text, or <see langword="null"/> if there is none.</returns>
    public string? Read(string path, int mostCharacters = MostCharacters)
    {
        var full = Locate(path);
        try
        {
            if (!File.Exists(full))
            {
                return null;
            }

            using var reader = new StreamReader(full);
            var buffer = new char[mostCharacters];
            return new string(buffer, 0, reader.ReadBlock(buffer)).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{full} could not be read: {error.Message}");
            return null;
        }
    }

    /// <summary>Reads a number that begins with <c>0x</c>.</summary>
    public uint? ReadHex(string path) => Hex.Parse(Read(path));

    /// <summary>Lists what lies in a folder, in order; nothing if there is no such folder.</summary>
    public IReadOnlyList<string> List(string folder)
    {
        var full = Locate(folder);
        try
        {
            return Directory.Exists(full)
                ?
                [
                    .. Directory
                        .EnumerateFileSystemEntries(full)
                        .Select(static entry => Path.GetFileName(entry))
                        .OrderBy(static name => name.Length)
                        .ThenBy(static name => name, StringComparer.Ordinal),
                ]
                : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{full} could not be listed: {error.Message}");
            return [];
        }
    }

    /// <summary>Follows every link on the way to a file or folder. Links of <c>/sys</c> are relative, and lie below others.</summary>
    /// <returns>The path without links, or <see langword="null"/> if nothing is there.</returns>
    public string? Resolve(string path)
    {
        const int MostLinks = 40;
        var links = 0;
        var rest = new Stack<string>(path.Split('/').Reverse());
        var real = Path.GetFullPath(root);
        try
        {
            while (rest.TryPop(out var part))
            {
                var next = Path.GetFullPath(Path.Combine(real, part));
                if (new FileInfo(next).LinkTarget is { } target && ++links <= MostLinks)
                {
                    real = Path.IsPathRooted(target) ? Path.GetPathRoot(target)! : real;
                    foreach (var step in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                    {
                        rest.Push(step);
                    }
                }
                else
                {
                    real = next;
                }
            }

            return Path.Exists(real) ? real : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{Locate(path)} could not be followed: {error.Message}");
            return null;
        }
    }
}
