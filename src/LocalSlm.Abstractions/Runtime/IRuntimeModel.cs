namespace LocalSlm;

/// <summary>A model that a runtime has loaded, with one context to decode in. Disposing it frees all native memory; the owner
/// does so after the last <see cref="ITokenDecoder.Decode"/> has returned.</summary>
public interface IRuntimeModel : IDisposable
{
    /// <summary>Gets what the model's files say.</summary>
    ModelFacts Facts { get; }

    /// <summary>Gets the tokenizer; safe for concurrent use.</summary>
    ITokenizer Tokenizer { get; }

    /// <summary>Gets the decoder; for the owner thread only.</summary>
    ITokenDecoder Decoder { get; }

    /// <summary>Gets the device that computes, in the runtime's words.</summary>
    string Device { get; }

    /// <summary>Gets the execution provider that computes; <see langword="null"/> where the runtime has no such thing.</summary>
    string? Provider => null;

    /// <summary>Gets the memory that it takes, by device, as far as the native library reports it; main memory last.</summary>
    IReadOnlyList<DeviceMemory> Memory => [];

    /// <summary>Gets the version of the native library.</summary>
    string RuntimeVersion { get; }

    /// <summary>Gets the most threads that compute.</summary>
    int Threads { get; }

    /// <summary>Gets how many layers are computed on a GPU.</summary>
    int GpuLayers { get; }

    /// <summary>Gets the devices that were tried before and failed, with the reason; empty if the first served.</summary>
    IReadOnlyList<DeviceAttempt> FailedDevices => [];
}
