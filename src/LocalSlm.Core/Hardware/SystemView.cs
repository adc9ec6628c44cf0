using LocalSlm.Hardware.Linux;
using LocalSlm.Hardware.MacOs;
using LocalSlm.Hardware.Windows;

namespace LocalSlm.Hardware;

/// <summary>Chooses the view for the operating system, and gives what .NET alone knows for others.</summary>
internal static class SystemView
{
    public static ISystemView ForThisSystem() =>
        OperatingSystem.IsLinux() ? new LinuxSystemView("/")
        : OperatingSystem.IsWindows() ? new WindowsSystemView()
        : OperatingSystem.IsMacOS() ? new MacSystemView()
        : new UnknownSystemView();

    /// <summary>Gets the memory as the garbage collector knows it.</summary>
    public static MemoryInfo MemoryOfTheCollector()
    {
        var info = GC.GetGCMemoryInfo();
        return new MemoryInfo
        {
            TotalBytes = info.TotalAvailableMemoryBytes,
            AvailableBytes = Math.Max(0, info.TotalAvailableMemoryBytes - info.MemoryLoadBytes),
        };
    }
}
