using LocalSlm.Gguf.Interop;

namespace LocalSlm.Gguf.Runtime;

/// <summary>A loaded model with its context, tokenizer and decoder.</summary>
internal sealed class GgufRuntimeModel(
    ModelFacts facts,
    ModelHandle model,
    GgufTokenizer tokenizer,
    GgufTokenDecoder decoder,
    NativeLogScope log
) : IRuntimeModel
{
    private int _disposed;

    public ModelFacts Facts { get; } = facts;

    public ITokenizer Tokenizer { get; } = tokenizer;

    public ITokenDecoder Decoder { get; } = decoder;

    public required string Device { get; init; }

    public required string RuntimeVersion { get; init; }

    public required int Threads { get; init; }

    public required int GpuLayers { get; init; }

    public IReadOnlyList<DeviceMemory> Memory { get; init; } = [];

    public IReadOnlyList<DeviceAttempt> FailedDevices { get; init; } = [];

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // The context goes first: it uses the model, the batch and the pool.
        decoder.Dispose();
        model.Dispose();
        NativeLogRouter.Close(log);
    }
}
