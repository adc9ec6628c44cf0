using System.Runtime.InteropServices;

namespace LocalSlm.Hardware.Interop;

/// <summary>Functions of macOS: sysctlbyname(3), and the Mach kernel's host_statistics64 (mach/host_info.h).</summary>
internal static unsafe partial class MacNative
{
    [LibraryImport("libSystem", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int sysctlbyname(string name, byte* value, nuint* length, void* newValue, nuint newLength);

    [LibraryImport("libSystem")]
    public static partial uint mach_host_self();

    [LibraryImport("libSystem")]
    public static partial int host_statistics64(uint host, int flavor, int* info, uint* count);
}
