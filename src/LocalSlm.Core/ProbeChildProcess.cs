namespace LocalSlm;

/// <summary>How a probe starts the processes in which it asks the runtimes. Not safe for concurrent change.</summary>
public sealed class ProbeChildProcess
{
    /// <summary>Gets the program.</summary>
    /// <value>A path, or a name that the system finds, such as <c>dotnet</c>.</value>
    public required string FileName { get; init; }

    /// <summary>Gets the arguments before those that the probe adds; with <c>dotnet</c>, the path of the application's assembly.</summary>
    /// <value>Empty (default).</value>
    public IList<string> Arguments { get; init; } = [];

    /// <summary>Gets or sets how long one runtime may take to answer; then its process is ended.</summary>
    /// <value>More than zero. Default: 20 s; a driver's first start on a machine may compile for seconds.</value>
    /// <exception cref="ArgumentOutOfRangeException">Zero or negative.</exception>
    public TimeSpan Timeout
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromSeconds(20);

    /// <summary>Names the program that runs now, however it was started: by <c>dotnet app.dll</c>, by its own executable, or compiled
    /// ahead of time.</summary>
    /// <returns>The description; or <see langword="null"/> where the system does not tell the program's path.</returns>
    public static ProbeChildProcess? ForThisProgram()
    {
        if (Environment.ProcessPath is not { } program)
        {
            return null;
        }

        var isShared = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);

        // The first argument is the assembly that dotnet was told to run.
        return new ProbeChildProcess
        {
            FileName = program,
            Arguments = isShared ? [Environment.GetCommandLineArgs()[0]] : [],
        };
    }

    internal ProbeChildProcess Clone() =>
        new()
        {
            FileName = FileName,
            Arguments = [.. Arguments],
            Timeout = Timeout,
        };
}
