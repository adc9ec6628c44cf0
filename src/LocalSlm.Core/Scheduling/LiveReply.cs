using System.Diagnostics;
using System.Runtime.InteropServices;
using LocalSlm.Constraints.Shaping;
using LocalSlm.Sampling;

namespace LocalSlm.Scheduling;

/// <summary>A request that is being answered, as a value: the tokens so far, the sampler, the text that is held back. From it
/// the reply can be replayed in any free sequence; nothing else about it is kept anywhere.</summary>
internal sealed class LiveReply : IGeneration
{
    /// <summary>Room for so many tokens is made at the start, so that most replies never grow their lists.</summary>
    private const int MostReservedTokens = 2048;

    private readonly List<int> _tokens;
    private readonly Action<LiveReply> _onEnded;
    private CancellationTokenRegistration _registration;
    private volatile bool _ended;

    public LiveReply(
        GenerationRequest request,
        long order,
        int vocabularySize,
        int bufferUpdates,
        long now,
        Action onDrained,
        Action<LiveReply> onEnded
    )
    {
        Request = request;
        Order = order;
        SubmittedAt = now;
        _onEnded = onEnded;
        var outputTokens = Math.Min(request.MaxOutputTokens, MostReservedTokens);
        OutputTokens = new List<int>(outputTokens);
        _tokens = new List<int>(request.Prompt.Length + outputTokens);
        _tokens.AddRange(request.Prompt);
        Sampler = new TokenSampler(request.Sampling, vocabularySize);
        Sampler.AcceptPrompt(request.Prompt);
        Text = new TextAssembler(request.StopSequences);
        Buffer = new ReplyBuffer(bufferUpdates, onDrained);
        DropsNextSpace = request.DropsFirstSpace;
    }

    public GenerationRequest Request { get; }

    /// <summary>Gets the number of the request: lower is older.</summary>
    public long Order { get; }

    public TokenSampler Sampler { get; }

    public TextAssembler Text { get; }

    public ReplyBuffer Buffer { get; }

    /// <summary>Gets or sets a value indicating whether its text has not begun, and begins without a space.</summary>
    public bool DropsNextSpace { get; set; }

    /// <summary>Gets or sets the sequence it computes in; <see langword="null"/> while it waits.</summary>
    public SequenceSlot? Slot { get; set; }

    /// <summary>Gets the prompt and what was generated.</summary>
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    public int TokenCount => _tokens.Count;

    /// <summary>Gets how many of its tokens are not computed yet.</summary>
    public int Remaining => _tokens.Count - (Slot?.Length ?? 0);

    /// <summary>Gets how many of its tokens may be computed now: the last one waits for its grammars, since its logits must be used at
    /// once.</summary>
    /// <remarks>Logits depend a little on how tokens are grouped into steps. Where the same seed must give the same text, the last token of the
    /// prompt is a step of its own, so that it does not matter whether the grammars were there already.</remarks>
    public int Computable =>
        Prepared is null ? Remaining
        : !Prepared.IsReady ? Math.Max(0, Remaining - 1)
        : !Request.UsePrefixCache && OutputTokens.Count == 0 && Remaining > 1 ? Remaining - 1
        : Remaining;

    /// <summary>Gets what it may be, once that is compiled; <see langword="null"/> for anything.</summary>
    public PreparedShape? Prepared { get; init; }

    /// <summary>Gets or sets how far it has come in its shape; <see langword="null"/> before the first token, and where it has
    /// none.</summary>
    public ReplyState? State { get; set; }

    /// <summary>Gets or sets the tokens that no update has told of yet.</summary>
    public int UntoldTokens { get; set; }

    public List<int> OutputTokens { get; }

    public int CachedTokens { get; set; } = -1;

    /// <summary>Gets or sets how many tokens of its prompt were reported as there; -1 before the first report.</summary>
    public int ReportedTokens { get; set; } = -1;

    public int SlidTokens { get; private set; }

    public long SubmittedAt { get; }

    public long StartedAt { get; set; }

    public long FirstTokenAt { get; set; }

    /// <summary>Gets or sets since when its reader has not made room; 0 while there is room.</summary>
    public long StalledSince { get; set; }

    /// <summary>Gets a value indicating whether nobody wants any more of it: it was completed, cancelled or disposed.</summary>
    public bool IsEnded => _ended;

    public GenerationUsage Usage { get; private set; } = new();

    /// <summary>Gets what broke it off, if anything did.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Gets or sets the span that traces it, while somebody listens.</summary>
    public Activity? Span { get; set; }

    IReadOnlyList<int> IGeneration.OutputTokens => OutputTokens;

    public void BindTo(CancellationToken cancellationToken)
    {
        _registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((LiveReply)state!).End(new OperationCanceledException(token)),
            this
        );
    }

    public void Add(int token)
    {
        _tokens.Add(token);
        OutputTokens.Add(token);
        UntoldTokens++;
        Sampler.Accept(token);
    }

    /// <summary>Takes the last generated tokens away.</summary>
    public void RemoveLast(int count)
    {
        if (count > 0)
        {
            _tokens.RemoveRange(_tokens.Count - count, count);
            OutputTokens.RemoveRange(OutputTokens.Count - count, count);
            UntoldTokens -= count;
            Sampler.Replay(Tokens);
        }
    }

    /// <summary>Hands out text that became final, with what belongs to it.</summary>
    public void Tell(string text, TokenLogProbabilities? logProbabilities)
    {
        Buffer.Write(new GenerationUpdate(text, GenerationFinish.None, logProbabilities, UntoldTokens));
        UntoldTokens = 0;
    }

    /// <summary>Drops tokens behind the first <paramref name="keep"/>, so that half of what may go is free again.</summary>
    /// <returns>How many tokens were dropped.</returns>
    public int Slide(int keep)
    {
        var drop = Math.Max(1, (_tokens.Count - keep) / 2);
        _tokens.RemoveRange(keep, drop);
        SlidTokens += drop;
        return drop;
    }

    public void Finish(
        string text,
        GenerationFinish finish,
        TokenLogProbabilities? logProbabilities,
        GenerationUsage usage
    )
    {
        Usage = usage;
        Buffer.Write(new GenerationUpdate(text, finish, logProbabilities, UntoldTokens));
        UntoldTokens = 0;
        if (Buffer.Complete(null))
        {
            _ended = true;
            _onEnded(this);
        }

        _registration.Unregister();
    }

    /// <summary>Breaks the reply off. Safe from any thread; the owner thread frees its sequence afterwards.</summary>
    public void End(Exception error)
    {
        if (Buffer.Complete(error))
        {
            Error = error;
            _ended = true;
            Prepared?.Abandon();
            _onEnded(this);
        }
    }

    public ValueTask<bool> WaitToReadAsync() => Buffer.WaitToReadAsync();

    public bool TryRead(out GenerationUpdate update) => Buffer.TryRead(out update);

    public ValueTask DisposeAsync()
    {
        _registration.Dispose();
        End(new OperationCanceledException("The reply was disposed by its reader."));
        return ValueTask.CompletedTask;
    }
}
