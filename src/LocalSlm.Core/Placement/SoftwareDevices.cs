namespace LocalSlm.Placement;

/// <summary>Knows graphics "devices" that the processor simulates: slower than the processor itself.</summary>
internal static class SoftwareDevices
{
    // How Mesa's llvmpipe and lavapipe, Google's SwiftShader and Windows' WARP describe themselves.
    private static readonly string[] s_marks =
    [
        "llvmpipe",
        "lavapipe",
        "softpipe",
        "SwiftShader",
        "Microsoft Basic Render",
        "software rasterizer",
    ];

    /// <summary>Whether a device other than the processor is one.</summary>
    public static bool Contains(ComputeDevice device) =>
        device.Kind != ComputeDeviceKind.Cpu
        && Array.Exists(
            s_marks,
            mark =>
                device.Description.Contains(mark, StringComparison.OrdinalIgnoreCase)
                || device.Name.Contains(mark, StringComparison.OrdinalIgnoreCase)
        );
}
