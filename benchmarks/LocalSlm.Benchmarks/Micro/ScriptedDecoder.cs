namespace LocalSlm.Benchmarks.Micro;

/// <summary>A decoder that computes nothing and allocates nothing: every token is followed by the next letter of the
/// alphabet.</summary>
internal sealed class ScriptedDecoder : ITokenDecoder
{
    private readonly float[] _logits = new float[ScriptedTokenizer.Size];
    private readonly int[] _next;

    public ScriptedDecoder(int sequences)
    {
        _next = new int[sequences];
        Capabilities = new DecoderCapabilities
        {
            VocabularySize = ScriptedTokenizer.Size,
            SequenceCount = sequences,
            SequenceTokens = 1 << 20,
            TotalTokens = 1 << 24,
            BatchTokens = 512,
            PrefixSharing = PrefixSharing.Shared,
            KvCacheLayout = KvCacheLayout.Unified,
        };
    }

    public DecoderCapabilities Capabilities { get; }

    public void Decode(DecodeBatch batch, CancellationToken cancellationToken)
    {
        batch.Statuses.Fill(DecodeStatus.Done);
        foreach (ref readonly var row in batch.Rows)
        {
            if (row.OutputCount > 0)
            {
                var last = batch.Tokens[row.FirstToken + row.TokenCount - 1];
                _next[row.FirstOutput] = (last + 1) % ScriptedTokenizer.Letters;
            }
        }
    }

    public Span<float> GetLogits(int output)
    {
        Array.Clear(_logits);
        _logits[_next[output]] = 1;
        return _logits;
    }

    public int GetKeepable(int sequence, int tokenCount) => tokenCount;

    public void CutBack(int sequence, int tokenCount) { }

    public bool TryCopyPrefix(int source, int target, int tokenCount) => true;

    public byte[] Save(int sequence) => throw new NotSupportedException();

    public bool TryRestore(int sequence, ReadOnlySpan<byte> state) => false;
}
