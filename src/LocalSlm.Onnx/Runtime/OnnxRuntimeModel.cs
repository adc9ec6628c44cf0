namespace LocalSlm.Onnx.Runtime;

/// <summary>A loaded model with its session, tokenizer and decoder.</summary>
internal sealed class OnnxRuntimeModel(
    ModelFacts facts,
    OnnxSession session,
    ITokenizer tokenizer,
    OnnxTokenDecoder decoder,
    IReadOnlyList<DeviceAttempt> failed
) : IRuntimeModel
{
    private int _disposed;

    public ModelFacts Facts { get; } = facts;

    public ITokenizer Tokenizer { get; } = tokenizer;

    public ITokenDecoder Decoder { get; } = decoder;

    public string Device => session.Device;

    public string? Provider => session.Provider;

    public string RuntimeVersion => session.RuntimeVersion;

    public int Threads => session.Threads;

    public int GpuLayers => session.IsHostMemory ? 0 : Facts.LayerCount;

    public IReadOnlyList<DeviceAttempt> FailedDevices { get; } = [.. failed, .. session.FailedDevices];

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            // Bindings refer to the session: they go first.
            decoder.Dispose();
            session.Dispose();
        }
    }
}
