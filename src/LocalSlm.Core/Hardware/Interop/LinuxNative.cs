using System.Runtime.InteropServices;

namespace LocalSlm.Hardware.Interop;

/// <summary>Functions of Linux: statx(2), whose structure is the same on every architecture (linux/stat.h).</summary>
internal static unsafe partial class LinuxNative
{
    /// <summary>AT_FDCWD: paths are relative to the working directory.</summary>
    public const int WorkingDirectory = -100;

    /// <summary>STATX_BASIC_STATS.</summary>
    public const uint BasicFields = 0x7ff;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int statx(int directory, string path, int flags, uint mask, StatX* result);

    /// <summary>The parts of <c>struct statx</c> that tell one file from another.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct StatX
    {
        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(96)]
        public long ChangedSeconds;

        [FieldOffset(104)]
        public uint ChangedNanoseconds;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
