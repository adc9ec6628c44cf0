using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace LocalSlm.Loading;

/// <summary>Tells one process from every other: numbers are used again, start times are not.</summary>
/// <param name="Machine">The name of the machine, or of the container.</param>
/// <param name="Space">The space in which <paramref name="Id"/> counts: on Linux the boot and the PID namespace.</param>
/// <param name="Id">The process id.</param>
/// <param name="Start">When it started, in the system's own count.</param>
internal sealed record ProcessIdentity(string Machine, string Space, int Id, string Start)
{
    /// <summary>Gets this process.</summary>
    public static ProcessIdentity Current { get; } =
        new(
            Environment.MachineName,
            ReadSpace(),
            Environment.ProcessId,
            FindStart(Environment.ProcessId) ?? string.Empty
        );

    /// <summary>Gets the boot of the system, which all of its containers share; empty if unknown.</summary>
    private string Boot => Space.Split(' ')[0];

    /// <summary>Tells whether a process that holds its file no more is known to have ended.</summary>
    /// <remarks>A process of another container under the same system cannot be looked for, but its lock would be seen. One of another machine
    /// that shares the folder over a network is not known; nor is one of another container where each has a system of its own.</remarks>
    public bool HasEnded
    {
        get
        {
            var isHere = Machine == Current.Machine;
            if (Space == Current.Space && (isHere || Space.Length > 0))
            {
                var now = Id == Current.Id ? Current.Start : FindStart(Id);
                return now is null || (now.Length > 0 && now != Start);
            }

            return isHere || (Boot.Length > 0 && Boot == Current.Boot);
        }
    }

    private static string ReadSpace()
    {
        if (!OperatingSystem.IsLinux())
        {
            return string.Empty;
        }

        try
        {
            var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
            return $"{boot} {new FileInfo("/proc/self/ns/pid").LinkTarget}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    /// <summary>Gets when a process started.</summary>
    /// <returns><see langword="null"/> if there is none of that id; empty if it may not be known.</returns>
    private static string? FindStart(int id)
    {
        if (OperatingSystem.IsLinux())
        {
            return ReadStart(id);
        }

        try
        {
            using var process = Process.GetProcessById(id);
            return process.HasExited
                ? null
                : process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            return null;
        }
        catch (Exception error) when (error is Win32Exception or NotSupportedException)
        {
            return string.Empty;
        }
    }

    /// <summary>Reads field 22 of <c>/proc/[pid]/stat</c>, clock ticks from boot to start (proc_pid_stat(5)). The second field holds the
    /// program's name in parentheses, which may hold anything.</summary>
    private static string? ReadStart(int id)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            var fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            // From the third field on: a zombie (Z) has ended, and so has a dead one (X).
            return fields.Length < 20 || fields[0] is "Z" or "X" ? null : fields[19];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
