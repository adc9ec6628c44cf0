namespace LocalSlm.Testing;

/// <summary>A decoder over <see cref="FakeLanguage"/>. It keeps real sequences, counts real cells, and fails loudly where an
/// engine breaks the seam's rules.</summary>
public sealed class FakeDecoder : ITokenDecoder
{
    private readonly FakeDecoderOptions _options;
    private readonly List<Cell>[] _sequences;
    private readonly List<float[]> _logits = [];

    public FakeDecoder(FakeDecoderOptions options)
    {
        _options = options;
        _sequences = [.. Enumerable.Range(0, options.SequenceCount).Select(_ => new List<Cell>())];
        Capabilities = new DecoderCapabilities
        {
            VocabularySize = FakeLanguage.VocabularySize,
            SequenceCount = options.SequenceCount,
            SequenceTokens = options.SequenceTokens,
            TotalTokens = options.TotalTokens,
            BatchTokens = options.BatchTokens,
            MixesPrefillAndDecode = options.Mixes,
            CutBack = options.CutBack,
            PrefixSharing = options.Sharing,
            KvCacheLayout = options.Sharing == PrefixSharing.Shared ? KvCacheLayout.Unified : KvCacheLayout.Split,
        };
    }

    public DecoderCapabilities Capabilities { get; }

    public string? DeviceFailure { get; private set; }

    /// <summary>Gets or sets the step at which the device fails, from 1; 0 for never.</summary>
    public int FailsAtStep { get; set; }

    /// <summary>Gets or sets in what way it fails then.</summary>
    public FakeFailure Failure { get; set; }

    /// <summary>Gets or sets what runs before each step; a status other than <see langword="null"/> is given to every row.</summary>
    public Func<DecodeBatch, DecodeStatus?>? BeforeDecode { get; set; }

    public int Steps { get; private set; }

    public long TokensComputed { get; private set; }

    public int LargestStep { get; private set; }

    /// <summary>Gets how often an engine asked for more than there was.</summary>
    public int Overruns { get; private set; }

    public bool IsDisposed { get; set; }

    public int UsedTokens => _sequences.SelectMany(static sequence => sequence).Distinct().Count();

    public void Decode(DecodeBatch batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        ThrowIfFailed();
        Steps++;
        LargestStep = Math.Max(LargestStep, batch.TokenCount);
        _logits.Clear();
        if (BeforeDecode?.Invoke(batch) is { } status)
        {
            batch.Statuses.Fill(status);
            return;
        }

        if (cancellationToken.IsCancellationRequested)
        {
            batch.Statuses.Fill(DecodeStatus.Cancelled);
            return;
        }

        Check(batch);
        if (UsedTokens + batch.TokenCount > _options.TotalTokens)
        {
            Overruns++;
            batch.Statuses.Fill(DecodeStatus.OutOfMemory);
            return;
        }

        var computed = batch.RowCount;
        if (Steps == FailsAtStep)
        {
            DeviceFailure = $"{Failure} at step {Steps}";
            batch.Statuses.Fill(DecodeStatus.Failed);
            switch (Failure)
            {
                case FakeFailure.Rows:
                    return;
                case FakeFailure.Throws:
                    throw new InvalidOperationException(DeviceFailure);
                case FakeFailure.LaterRows:
                    computed /= 2;
                    break;
            }
        }

        for (var r = 0; r < computed; r++)
        {
            var row = batch.Rows[r];
            var sequence = _sequences[row.Sequence];
            var tokens = batch.Tokens.Slice(row.FirstToken, row.TokenCount);
            for (var i = 0; i < tokens.Length; i++)
            {
                var hash = sequence.Count == 0 ? FakeLanguage.Hash([]) : sequence[^1].Hash;
                sequence.Add(new Cell(FakeLanguage.Hash(hash, tokens[i])));
                if (i >= tokens.Length - row.OutputCount)
                {
                    var logits = new float[FakeLanguage.VocabularySize];
                    FakeLanguage.FillLogits(sequence[^1].Hash, logits, _options.EndEvery);
                    _logits.Add(logits);
                }
            }

            TokensComputed += tokens.Length;
            batch.Statuses[r] = DecodeStatus.Done;
        }
    }

    public Span<float> GetLogits(int output)
    {
        if (Failure == FakeFailure.Logits)
        {
            ThrowIfFailed();
        }

        return _logits[output];
    }

    public int GetKeepable(int sequence, int tokenCount)
    {
        ThrowIfFailed();
        var length = _sequences[sequence].Count;
        if (tokenCount >= length)
        {
            return length;
        }

        return _options.CutBack switch
        {
            CutBackSupport.Anywhere => tokenCount,
            CutBackSupport.Sometimes => length - tokenCount <= _options.CutBackWindow ? tokenCount : 0,
            _ => 0,
        };
    }

    public void CutBack(int sequence, int tokenCount)
    {
        ThrowIfFailed();
        if (tokenCount != 0 && GetKeepable(sequence, tokenCount) != tokenCount)
        {
            throw new InvalidOperationException($"Sequence {sequence} cannot be cut back to {tokenCount}.");
        }

        _sequences[sequence].RemoveRange(tokenCount, _sequences[sequence].Count - tokenCount);
    }

    public bool TryCopyPrefix(int source, int target, int tokenCount)
    {
        ThrowIfFailed();
        if (_sequences[target].Count != 0)
        {
            throw new InvalidOperationException($"Sequence {target} is not empty.");
        }

        if (_options.Sharing == PrefixSharing.None || GetKeepable(source, tokenCount) != tokenCount)
        {
            return false;
        }

        var cells = _sequences[source].Take(tokenCount);
        _sequences[target]
            .AddRange(
                _options.Sharing == PrefixSharing.Shared ? cells : cells.Select(static cell => new Cell(cell.Hash))
            );
        return true;
    }

    public byte[] Save(int sequence) =>
        [.. _sequences[sequence].SelectMany(static cell => BitConverter.GetBytes(cell.Hash))];

    public bool TryRestore(int sequence, ReadOnlySpan<byte> state)
    {
        for (var i = 0; i < state.Length; i += sizeof(ulong))
        {
            _sequences[sequence].Add(new Cell(BitConverter.ToUInt64(state[i..])));
        }

        return true;
    }

    private void ThrowIfFailed()
    {
        if (DeviceFailure is not null)
        {
            throw new InvalidOperationException($"The device has failed ({DeviceFailure}) and does nothing any more.");
        }
    }

    private void Check(DecodeBatch batch)
    {
        var seen = new HashSet<int>();
        foreach (var row in batch.Rows)
        {
            var length = _sequences[row.Sequence].Count;
            if (!seen.Add(row.Sequence) || row.StartPosition != length)
            {
                throw new InvalidOperationException(
                    $"Row of sequence {row.Sequence} starts at {row.StartPosition}; the sequence holds {length}."
                );
            }

            if (length + row.TokenCount > _options.SequenceTokens)
            {
                throw new InvalidOperationException($"Sequence {row.Sequence} would be longer than its context.");
            }
        }

        if (!_options.Mixes && batch.RowCount > 1 && batch.TokenCount > batch.RowCount)
        {
            throw new InvalidOperationException("Rows of many tokens stand beside others.");
        }
    }

    private sealed class Cell(ulong hash)
    {
        public ulong Hash { get; } = hash;
    }
}
