using LocalSlm.Onnx.Interop;
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

    /// <summary>Gets whether tensors lie in main memory, where managed code can read and write them.</summary>
    public required bool IsHostMemory { get; init; }

    /// <summary>Gets the threads that compute.</summary>
    public required int Threads { get; init; }

    /// <summary>Gets the version of the native library.</summary>
    public required string RuntimeVersion { get; init; }

    /// <summary>Gets the devices that failed before this one.</summary>
    public IReadOnlyList<DeviceAttempt> FailedDevices { get; init; } = [];

    /// <summary>Gets the id under which the session's messages are told apart, or <see langword="null"/>.</summary>
    public string? LogId { get; init; }

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
