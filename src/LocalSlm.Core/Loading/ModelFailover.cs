using LocalSlm.Scheduling;

namespace LocalSlm.Loading;

/// <summary>Moves a chat model to another device for its engine, and keeps what is told about it true.</summary>
internal sealed class ModelFailover : IFailover
{
    private readonly ModelSeat<IRuntimeModel> _seat;
    private readonly RelayTokenizer _tokenizer;
    private readonly int _maxConcurrentReplies;
    private readonly Lock _gate = new();
    private LoadedModelInfo _info;
    private Action<LoadedModelInfo>? _onChanged;

    /// <param name="seat">The model.</param>
    /// <param name="tokenizer">The tokenizer that callers hold.</param>
    /// <param name="info">What the model is, apart from where it runs.</param>
    /// <param name="maxConcurrentReplies">How many conversations may be computed at once.</param>
    public ModelFailover(
        ModelSeat<IRuntimeModel> seat,
        RelayTokenizer tokenizer,
        LoadedModelInfo info,
        int maxConcurrentReplies
    )
    {
        _seat = seat;
        _tokenizer = tokenizer;
        _maxConcurrentReplies = maxConcurrentReplies;
        _info = Place(info);
    }

    /// <summary>Gets what the model is and where it runs now.</summary>
    public LoadedModelInfo Info => Volatile.Read(ref _info);

    public string Device => _seat.Current.Model.Device;

    /// <summary>Tells somebody what the model is, now and whenever that changes.</summary>
    public void Follow(Action<LoadedModelInfo> onChanged)
    {
        lock (_gate)
        {
            _onChanged = onChanged;
            onChanged(_info);
        }
    }

    public async Task<ITokenDecoder> MoveAsync(string reason, CancellationToken cancellationToken)
    {
        var opened = await _seat
            .MoveAsync(Info.Name, Device, reason, Check, SwitchTo, cancellationToken)
            .ConfigureAwait(false);
        return opened.Model.Decoder;
    }

    private Task SwitchTo(OpenedModel<IRuntimeModel> opened)
    {
        lock (_gate)
        {
            Volatile.Write(ref _info, Place(_info));
            _onChanged?.Invoke(_info);
        }

        return _tokenizer.SwitchTo(opened.Model.Tokenizer);
    }

    private LoadedModelInfo Place(LoadedModelInfo info)
    {
        var (model, placement, failed, history) = _seat.Current;
        var capabilities = model.Decoder.Capabilities;
        return info with
        {
            Device = model.Device,
            Provider = model.Provider,
            FailedDevices = [.. failed.Union(model.FailedDevices)],
            Placement = placement,
            Memory = model.Memory,
            History = history,
            RuntimeVersion = model.RuntimeVersion,
            ContextTokens = capabilities.SequenceTokens,
            CacheTokens = capabilities.TotalTokens,
            MaxConcurrentReplies = Math.Min(_maxConcurrentReplies, capabilities.SequenceCount),
            Threads = model.Threads,
            GpuLayers = model.GpuLayers,
            KvCacheLayout = capabilities.KvCacheLayout,
        };
    }

    // The file may have been replaced since it was loaded: tokens of one vocabulary mean nothing in another.
    private void Check(IRuntimeModel next)
    {
        var now = _seat.Current.Model;
        var sizes = (now.Decoder.Capabilities.VocabularySize, now.Tokenizer.VocabularySize);
        if (
            sizes != (next.Decoder.Capabilities.VocabularySize, next.Tokenizer.VocabularySize)
            || !now.Tokenizer.EndOfGenerationTokens.SequenceEqual(next.Tokenizer.EndOfGenerationTokens)
            || !HasSameBytes(now.Tokenizer, next.Tokenizer)
        )
        {
            throw new ModelLoadException(
                now.Facts.Path,
                "the file holds another vocabulary than when it was loaded, so that replies cannot go on with it."
            );
        }
    }

    private static bool HasSameBytes(ITokenizer one, ITokenizer other)
    {
        for (var token = 0; token < one.VocabularySize; token++)
        {
            if (!one.GetBytes(token).SequenceEqual(other.GetBytes(token)))
            {
                return false;
            }
        }

        return true;
    }
}
