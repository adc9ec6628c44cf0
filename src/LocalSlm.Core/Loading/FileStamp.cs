using LocalSlm.Hardware.Interop;

namespace LocalSlm.Loading;

/// <summary>Tells the file at a path from another one that takes its place, and from itself after it was written to.</summary>
/// <param name="Path">The path; a link stands for what it leads to.</param>
/// <param name="Bytes">Its length; -1 if nothing can be seen there.</param>
/// <param name="Modified">When it was written to.</param>
/// <param name="Changed">When it was written to, renamed or given other rights; no program can set this. 0 where the system does not
/// tell.</param>
/// <param name="Identity">What the file system calls it; empty where the system does not tell.</param>
internal sealed record FileStamp(
    string Path,
    long Bytes,
    (long Seconds, uint Nanoseconds) Modified,
    (long Seconds, uint Nanoseconds) Changed,
    (ulong Inode, uint Major, uint Minor) Identity
)
{
    /// <summary>Looks at a file.</summary>
    public static FileStamp Take(string path) => (OperatingSystem.IsLinux() ? Ask(path) : null) ?? Look(path);

    /// <summary>Tells whether two are of the same file, untouched, though its path be another.</summary>
    public bool IsSameFile(FileStamp other) => this with { Path = other.Path } == other;

    private static unsafe FileStamp? Ask(string path)
    {
        try
        {
            LinuxNative.StatX found;
            return LinuxNative.statx(LinuxNative.WorkingDirectory, path, 0, LinuxNative.BasicFields, &found) == 0
                ? new(
                    path,
                    (long)found.Size,
                    (found.ModifiedSeconds, found.ModifiedNanoseconds),
                    (found.ChangedSeconds, found.ChangedNanoseconds),
                    (found.Inode, found.DeviceMajor, found.DeviceMinor)
                )
                : null;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library from before 2018.
            return null;
        }
    }

    private static FileStamp Look(string path)
    {
        try
        {
            var file = new FileInfo(path);
            var real = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return new(path, real.Length, (real.LastWriteTimeUtc.Ticks, 0), (real.CreationTimeUtc.Ticks, 0), default);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new(path, -1, default, default, default);
        }
    }
}
