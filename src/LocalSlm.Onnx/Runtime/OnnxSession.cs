using LocalSlm.Onnx.Devices;
using LocalSlm.Onnx.Interop;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Runtime;

/// <summary>An open session with what is known about where it computes. Disposing it frees the session.</summary>
internal sealed class OnnxSession : IDisposable
{
    /// <summary>Gets the session.</summary>
    public required InferenceSession Session { get; init; }

    /// <summary>Gets the device that computes, such as <c>CPU</c>.</summary>
    public required string Device { get; init; }

    /// <summary>Gets the execution provider that computes, such as <c>CPUExecutionProvider</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>Gets what computes beside the processor, with its provider; <see langword="null"/> if the processor computes
    /// alone.</summary>
    public string? Accelerator => Provider == ListedDevice.CpuProvider ? null : $"{Device} ({Provider})";

    /// <summary>Gets whether tensors lie in main memory, where managed code can read and write them.</summary>
    public required bool IsHostMemory { get; init; }

    /// <summary>Gets the threads that compute.</summary>
    public required int Threads { get; init; }

    /// <summary>Gets whether fewer threads compute while others want the cores.</summary>
    public bool AdaptsThreads { get; init; }

    /// <summary>Gets the version of the native library.</summary>
    public required string RuntimeVersion { get; init; }

    /// <summary>Gets the provider libraries that could not be registered: their devices are missing.</summary>
    public IReadOnlyList<DeviceAttempt> FailedDevices { get; init; } = [];

    /// <summary>Gets the id under which the session's messages are told apart, or <see langword="null"/>.</summary>
    public string? LogId { get; init; }

    /// <summary>Gets where messages go.</summary>
    public required ILogger Logger { get; init; }

    public void Dispose()
    {
        Session.Dispose();
        if (LogId is not null)
        {
            NativeLog.Close(LogId);
        }

        FreedMemory.GiveBack();
    }
}
