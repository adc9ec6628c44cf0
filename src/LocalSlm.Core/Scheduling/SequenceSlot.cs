using System.Runtime.InteropServices;

namespace LocalSlm.Scheduling;

/// <summary>One sequence of the decoder: the tokens it holds, and the reply that uses it. Without a reply it is a cached
/// conversation.</summary>
internal sealed class SequenceSlot(int number)
{
    private readonly List<int> _tokens = [];

    public int Number { get; } = number;

    public LiveReply? Owner { get; set; }

    /// <summary>Gets or sets when it was last used, as a count of uses: the least is evicted first.</summary>
    public long LastUse { get; set; }

    public int Length => _tokens.Count;

    public bool IsEmpty => _tokens.Count == 0;

    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    public void Append(ReadOnlySpan<int> tokens) => _tokens.AddRange(tokens);

    public void CutBack(int count) => _tokens.RemoveRange(count, _tokens.Count - count);
}
