using System.Runtime.InteropServices;

namespace LocalSlm.Hardware.Merging;

/// <summary>What packages are chosen by.</summary>
/// <param name="System">The operating system.</param>
/// <param name="Architecture">The processor's architecture.</param>
internal readonly record struct Platform(OSPlatform System, Architecture Architecture)
{
    public static Platform This =>
        new(
            OperatingSystem.IsWindows() ? OSPlatform.Windows
                : OperatingSystem.IsMacOS() ? OSPlatform.OSX
                : OSPlatform.Linux,
            RuntimeInformation.ProcessArchitecture
        );

    public bool IsWindows => System == OSPlatform.Windows;

    public bool IsMac => System == OSPlatform.OSX;

    public bool IsLinux => System == OSPlatform.Linux;

    public bool IsArm => Architecture == Architecture.Arm64;

    /// <summary>Gets the beginning of the names of llama.cpp's npm packages for it, such as <c>@node-llama-cpp/linux-x64</c>.</summary>
    public string NativePackage =>
        $"@node-llama-cpp/{(IsWindows ? "win" : IsMac ? "mac" : "linux")}-{(IsArm ? "arm64" : "x64")}";
}
