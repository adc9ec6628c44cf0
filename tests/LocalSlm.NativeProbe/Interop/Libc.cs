using System.Runtime.InteropServices;

namespace LocalSlm.NativeProbe.Interop;

/// <summary>The C library.</summary>
internal static partial class Libc
{
    /// <summary>Ends the process as a failed assertion of native code does.</summary>
    [LibraryImport("libc")]
    public static partial void abort();

    /// <summary>Sends a signal to a process.</summary>
    [LibraryImport("libc")]
    public static partial int kill(int process, int signal);
}
