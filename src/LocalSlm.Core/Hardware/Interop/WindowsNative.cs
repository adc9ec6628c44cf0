using System.Runtime.InteropServices;

namespace LocalSlm.Hardware.Interop;

/// <summary>Functions of Windows; Microsoft's documentation of sysinfoapi.h, setupapi.h and dxgi.h says what they do. Only blittable
/// types: buffers are read by <see cref="Windows.WindowsRecords"/>.</summary>
internal static unsafe partial class WindowsNative
{
    public static readonly nint InvalidHandle = -1;

    [LibraryImport("kernel32")]
    public static partial int GlobalMemoryStatusEx(byte* status);

    [LibraryImport("kernel32", SetLastError = true)]
    public static partial int GetLogicalProcessorInformationEx(int relationship, byte* buffer, uint* length);

    [LibraryImport("dxgi")]
    public static partial int CreateDXGIFactory1(Guid* interfaceId, nint* factory);

    [LibraryImport("setupapi")]
    public static partial nint SetupDiGetClassDevsW(Guid* deviceClass, char* enumerator, nint window, uint flags);

    [LibraryImport("setupapi")]
    public static partial int SetupDiEnumDeviceInfo(nint devices, uint index, byte* data);

    [LibraryImport("setupapi")]
    public static partial int SetupDiGetDeviceRegistryPropertyW(
        nint devices,
        byte* data,
        uint property,
        uint* type,
        byte* buffer,
        uint size,
        uint* needed
    );

    [LibraryImport("setupapi")]
    public static partial int SetupDiDestroyDeviceInfoList(nint devices);
}
