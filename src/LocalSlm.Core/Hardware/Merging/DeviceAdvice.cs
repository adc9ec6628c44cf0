namespace LocalSlm.Hardware.Merging;

/// <summary>Says why nothing can be computed on a device, and which package or driver to add. Packages are those that docs/guide/devices.md
/// lists.</summary>
internal static class DeviceAdvice
{
    private const uint Nvidia = 0x10DE;
    private const uint Amd = 0x1002;
    private const uint AmdProcessors = 0x1022;
    private const uint Intel = 0x8086;
    private const uint Apple = 0x106B;
    private const uint Qualcomm = 0x5143;
    private const uint QualcommVulkan = 0x4D4F4351;
    private const string Plugin = "or name its plug-in library in OnnxRuntimeOptions.ProviderLibraries";

    /// <summary>Explains a device that no runtime drives.</summary>
    public static string Explain(
        DeviceEntry entry,
        ComputeDeviceKind kind,
        IReadOnlyList<RuntimeReport> runtimes,
        Platform platform
    )
    {
        if (entry.System?.Problem is { } certain)
        {
            return certain;
        }

        var words = entry.System is { KnowsDriver: true, Driver: null }
            ? $"No driver of the operating system serves it: {Driver(kind, entry.VendorId, platform)} Then, {Package(kind, entry.VendorId, platform)}"
            : $"No runtime drives it: {Package(kind, entry.VendorId, platform)}";

        // A runtime that could not be asked may have been the one.
        foreach (var runtime in runtimes)
        {
            if (runtime.Problem is not null)
            {
                words += $" {runtime.Name} could not be asked at all; its own entry says why.";
            }
        }

        return words;
    }

    /// <summary>Names what drives such a device, as the end of a sentence.</summary>
    public static string Package(ComputeDeviceKind kind, uint? vendor, Platform platform) =>
        kind == ComputeDeviceKind.Npu ? NeuralPackage(vendor, platform) : GraphicsPackage(vendor, platform);

    /// <summary>Names the driver of the operating system, as a sentence.</summary>
    public static string Driver(ComputeDeviceKind kind, uint? vendor, Platform platform)
    {
        if (!platform.IsLinux)
        {
            return "install the vendor's driver for it.";
        }

        return (kind, vendor) switch
        {
            (ComputeDeviceKind.Npu, Intel) =>
                "load the kernel driver intel_vpu (Linux 6.3 or later), and install Intel's NPU user-space driver.",
            (ComputeDeviceKind.Npu, Amd or AmdProcessors) =>
                "load the kernel driver amdxdna (Linux 6.14 or later), and install AMD's XDNA user-space driver.",
            (ComputeDeviceKind.Npu, _) => "load the kernel driver that its vendor names.",
            (_, Nvidia) => "install NVIDIA's driver (kernel driver nvidia).",
            (_, Amd) => "load the kernel driver amdgpu, and install Mesa's Vulkan drivers.",
            (_, Intel) => "load the kernel driver i915 or xe, and install Mesa's Vulkan drivers.",
            _ => "load the kernel driver for it, and install a Vulkan driver.",
        };
    }

    private static string NeuralPackage(uint? vendor, Platform platform) =>
        vendor switch
        {
            Intel when !platform.IsMac =>
                $"for an Intel NPU, add an ONNX Runtime with the OpenVINO provider (Intel.ML.OnnxRuntime.OpenVino), {Plugin}.",
            Amd or AmdProcessors when !platform.IsMac =>
                $"for an AMD NPU, add an ONNX Runtime with the VitisAI provider (AMD's Ryzen AI software; on Windows 11 also Windows ML), {Plugin}.",
            Qualcomm or QualcommVulkan when platform.IsWindows =>
                $"for a Qualcomm NPU, add an ONNX Runtime with the QNN provider (Microsoft.ML.OnnxRuntime.QNN), {Plugin}.",
            Qualcomm or QualcommVulkan => $"for a Qualcomm NPU, build ONNX Runtime with the QNN provider, {Plugin}.",
            Apple =>
                "there is none to add: neither runtime computes on the Apple Neural Engine. The processor's own graphics do, with "
                    + "llama.cpp's Metal libraries.",
            _ => $"add an ONNX Runtime with its vendor's execution provider, {Plugin}.",
        };

    private static string GraphicsPackage(uint? vendor, Platform platform)
    {
        if (platform.IsMac)
        {
            return vendor == Apple || platform.IsArm
                ? $"add llama.cpp's Metal libraries (npm {platform.NativePackage}-metal)."
                : "llama.cpp's libraries for Intel Macs compute on the processor; there is no package for this graphics processor.";
        }

        var vulkan = platform.IsArm
            ? "build llama.cpp 0.4.0 with its Vulkan backend (no npm package has it for arm64)"
            : $"add llama.cpp's Vulkan libraries (npm {platform.NativePackage}-vulkan)";
        var direct = platform.IsWindows ? "; for ONNX models, add Microsoft.ML.OnnxRuntime.DirectML" : string.Empty;
        var web = platform.IsWindows
            ? string.Empty
            : "; for ONNX models, name the WebGPU plug-in library in OnnxRuntimeOptions.ProviderLibraries";
        return vendor switch
        {
            Nvidia when !platform.IsArm =>
                $"add llama.cpp's CUDA libraries (npm {platform.NativePackage}-cuda), or {vulkan}; for ONNX models, add Microsoft.ML.OnnxRuntime.Gpu (CUDA).",
            Intel when !platform.IsArm =>
                $"{vulkan}; for ONNX models, add an ONNX Runtime with the OpenVINO provider (Intel.ML.OnnxRuntime.OpenVino){direct.Replace("; for ONNX models, add", " or", StringComparison.Ordinal)}.",
            _ => $"{vulkan}{direct}{web}.",
        };
    }
}
