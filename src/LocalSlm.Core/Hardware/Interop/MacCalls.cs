namespace LocalSlm.Hardware.Interop;

/// <summary>Asks macOS, and gives the bytes that it answers with.</summary>
internal static unsafe class MacCalls
{
    /// <summary>Gets a value of the kernel; <see langword="null"/> if it knows none of the name.</summary>
    public static byte[]? Get(string name)
    {
        nuint length = 0;
        if (MacNative.sysctlbyname(name, null, &length, null, 0) != 0 || length is 0 or > 4096)
        {
            return null;
        }

        var bytes = new byte[length];
        fixed (byte* value = bytes)
        {
            return MacNative.sysctlbyname(name, value, &length, null, 0) == 0 ? bytes[..(int)length] : null;
        }
    }

    /// <summary>Gets the structure <c>vm_statistics64</c>; <see langword="null"/> on failure.</summary>
    public static byte[]? GetMemoryStatistics()
    {
        const int HostVmInfo64 = 4;
        const int MostWords = 64;
        var words = stackalloc int[MostWords];
        uint count = MostWords;
        return MacNative.host_statistics64(MacNative.mach_host_self(), HostVmInfo64, words, &count) == 0
            ? new ReadOnlySpan<byte>(words, (int)count * sizeof(int)).ToArray()
            : null;
    }
}
