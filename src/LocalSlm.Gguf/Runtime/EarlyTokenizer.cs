using LocalSlm.Gguf.Interop;

namespace LocalSlm.Gguf.Runtime;

/// <summary>Reads a model's vocabulary while something else is done, if a thread of the pool is free for it; else when it is asked
/// for.</summary>
internal sealed class EarlyTokenizer : IThreadPoolWorkItem
{
    private readonly NativeLogScope _log;
    private readonly Lazy<GgufTokenizer> _tokenizer;

    private EarlyTokenizer(ModelHandle model, NativeLogScope log)
    {
        _log = log;
        _tokenizer = new Lazy<GgufTokenizer>(() => new GgufTokenizer(model));
    }

    /// <summary>Begins. <see cref="Get"/> or <see cref="Wait"/> must follow while the model lives.</summary>
    public static EarlyTokenizer Begin(ModelHandle model, NativeLogScope log)
    {
        var early = new EarlyTokenizer(model, log);
        ThreadPool.UnsafeQueueUserWorkItem(early, preferLocal: false);
        return early;
    }

    /// <summary>Gets it.</summary>
    public GgufTokenizer Get() => _tokenizer.Value;

    /// <summary>Waits until nobody reads the model any more.</summary>
    public void Wait()
    {
        try
        {
            _ = _tokenizer.Value;
        }
#pragma warning disable CA1031 // Whoever asks for the tokenizer gets it.
        catch (Exception)
#pragma warning restore CA1031
        {
            // It is remembered.
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_tokenizer.IsValueCreated)
        {
            return;
        }

        NativeLogRouter.Enter(_log);
        try
        {
            Wait();
        }
        finally
        {
            NativeLogRouter.Enter(null);
        }
    }
}
