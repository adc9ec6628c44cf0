using System.Runtime.InteropServices;

namespace LocalSlm.Hardware.Interop;

/// <summary>Asks Windows, and gives the bytes that it answers with.</summary>
internal static unsafe class WindowsCalls
{
    /// <summary>Gets the structure <c>MEMORYSTATUSEX</c>; <see langword="null"/> on failure.</summary>
    public static byte[]? GetMemoryStatus()
    {
        const int Size = 64;
        var bytes = new byte[Size];
        BitConverter.TryWriteBytes(bytes, (uint)Size);
        fixed (byte* status = bytes)
        {
            return WindowsNative.GlobalMemoryStatusEx(status) == 0 ? null : bytes;
        }
    }

    /// <summary>Gets the records of the processor's cores (<c>RelationProcessorCore</c>); <see langword="null"/> on failure.</summary>
    public static byte[]? GetCores()
    {
        uint length = 0;
        WindowsNative.GetLogicalProcessorInformationEx(0, null, &length);
        var bytes = new byte[length];
        fixed (byte* buffer = bytes)
        {
            return length == 0 || WindowsNative.GetLogicalProcessorInformationEx(0, buffer, &length) == 0
                ? null
                : bytes;
        }
    }

    /// <summary>Gets the structure <c>DXGI_ADAPTER_DESC1</c> of each adapter, with the version of its driver.</summary>
    public static List<(byte[] Description, long DriverVersion)> GetAdapters()
    {
        // dxgi.h: IDXGIFactory1, IDXGIDevice.
        var factoryId = new Guid("770aae78-f26f-4dba-a829-253c83d1b387");
        var deviceId = new Guid("54ec77fa-1377-44e6-8c32-88fd5f44c84c");
        const int EnumAdapters1 = 12;
        const int CheckInterfaceSupport = 9;
        const int GetDesc1 = 10;
        const int DescriptionSize = 312;
        var adapters = new List<(byte[], long)>();
        nint factory;
        if (WindowsNative.CreateDXGIFactory1(&factoryId, &factory) < 0)
        {
            return adapters;
        }

        nint adapter;
        for (
            uint i = 0;
            ((delegate* unmanaged<nint, uint, nint*, int>)Method(factory, EnumAdapters1))(factory, i, &adapter) >= 0;
            i++
        )
        {
            var bytes = new byte[DescriptionSize];
            long version = 0;
            fixed (byte* description = bytes)
            {
                var hasVersion =
                    ((delegate* unmanaged<nint, Guid*, long*, int>)Method(adapter, CheckInterfaceSupport))(
                        adapter,
                        &deviceId,
                        &version
                    ) >= 0;
                if (((delegate* unmanaged<nint, byte*, int>)Method(adapter, GetDesc1))(adapter, description) >= 0)
                {
                    adapters.Add((bytes, hasVersion ? version : 0));
                }
            }

            Marshal.Release(adapter);
        }

        Marshal.Release(factory);
        return adapters;
    }

    /// <summary>Gets properties of the present devices of a class: for each the value of each property, as text.</summary>
    /// <param name="deviceClass">The class.</param>
    /// <param name="properties">Numbers of <c>SPDRP_…</c> (setupapi.h).</param>
    public static List<string?[]> GetDevices(Guid deviceClass, params ReadOnlySpan<uint> properties)
    {
        const uint PresentOnly = 2;
        var found = new List<string?[]>();
        var devices = WindowsNative.SetupDiGetClassDevsW(&deviceClass, null, 0, PresentOnly);
        if (devices == WindowsNative.InvalidHandle)
        {
            return found;
        }

        // SP_DEVINFO_DATA: size, class, instance, one pointer.
        var size = sizeof(nint) == 8 ? 32 : 28;
        var data = stackalloc byte[32];
        for (uint i = 0; ; i++)
        {
            *(uint*)data = (uint)size;
            if (WindowsNative.SetupDiEnumDeviceInfo(devices, i, data) == 0)
            {
                break;
            }

            var values = new string?[properties.Length];
            for (var p = 0; p < values.Length; p++)
            {
                values[p] = GetText(devices, data, properties[p]);
            }

            found.Add(values);
        }

        _ = WindowsNative.SetupDiDestroyDeviceInfoList(devices);
        return found;
    }

    private static string? GetText(nint devices, byte* data, uint property)
    {
        const int MostBytes = 2048;
        var buffer = stackalloc byte[MostBytes];
        uint type;
        uint needed;
        return
            WindowsNative.SetupDiGetDeviceRegistryPropertyW(devices, data, property, &type, buffer, MostBytes, &needed)
            == 0
            ? null
            : Windows.WindowsRecords.ReadText(new ReadOnlySpan<byte>(buffer, (int)Math.Min(needed, MostBytes)));
    }

    private static void* Method(nint instance, int index) => (*(void***)instance)[index];
}
