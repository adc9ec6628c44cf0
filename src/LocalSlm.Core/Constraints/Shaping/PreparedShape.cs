using LocalSlm.Constraints.Masking;

namespace LocalSlm.Constraints.Shaping;

/// <summary>A reply's shape, with its grammars compiled. Made on one thread, then used by the owner thread alone.</summary>
internal sealed class PreparedShape(ReplyShape shape)
{
    private volatile bool _isAbandoned;
    private volatile bool _isReady;

    public ReplyShape Shape => shape;

    /// <summary>Gets a value indicating whether it was made, or failed; before that nothing else may be read. Safe from any
    /// thread.</summary>
    public bool IsReady => _isReady;

    /// <summary>Gets why it could not be made.</summary>
    public Exception? Error { get; private set; }

    public IReadOnlyList<PreparedPhase> Phases { get; private set; } = [];

    public TokenBytes Tokens { get; private set; } = null!;

    /// <summary>Tells that nobody waits for it any more: what was not begun is left, what was begun ends soon. Safe from any
    /// thread.</summary>
    public void Abandon() => _isAbandoned = true;

    /// <exception cref="OperationCanceledException">Nobody waits for it any more.</exception>
    public void ThrowIfAbandoned()
    {
        if (_isAbandoned)
        {
            throw new OperationCanceledException();
        }
    }

    public void Complete(IReadOnlyList<PreparedPhase> phases, TokenBytes tokens)
    {
        Phases = phases;
        Tokens = tokens;
        _isReady = true;
    }

    public void Fail(Exception error)
    {
        Error = error;
        _isReady = true;
    }
}
