using LocalSlm.Constraints.Shaping;
using LocalSlm.Telemetry;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Scheduling;

/// <summary>What happens to a reply when a step has computed some of its tokens: bookkeeping, the choice of the next token, its
/// text, and the end.</summary>
internal sealed class ReplyAdvancer
{
    private readonly EngineSettings _settings;
    private readonly ITokenizer _tokenizer;
    private readonly SequenceTable _table;
    private readonly EngineCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EngineTelemetry? _telemetry;
    private readonly TokenTexts _texts;
    private readonly LogProbabilityScorer _scorer;
    private readonly ConstrainedChoice _choice;
    private readonly UnsampledText _unsampled;

    public ReplyAdvancer(
        EngineSettings settings,
        ITokenizer tokenizer,
        SequenceTable table,
        EngineCounters counters,
        TimeProvider time,
        ILogger logger,
        EngineTelemetry? telemetry
    )
    {
        _settings = settings;
        _tokenizer = tokenizer;
        _table = table;
        _counters = counters;
        _time = time;
        _logger = logger;
        _telemetry = telemetry;
        _texts = new TokenTexts(tokenizer);
        _scorer = new LogProbabilityScorer(_texts);
        _choice = new ConstrainedChoice(settings.ModelName, tokenizer);
        _unsampled = new UnsampledText(tokenizer, table);
    }

    /// <summary>Gets how many replies have had their first token.</summary>
    public long FirstTokens { get; private set; }

    /// <summary>A reply got a sequence that holds <paramref name="held"/> of its tokens already.</summary>
    public void Begin(LiveReply reply, int held)
    {
        if (reply.StartedAt == 0)
        {
            reply.StartedAt = _time.GetTimestamp();
            reply.CachedTokens = held;
            _counters.PromptTokensReused += held;
            Report(reply, held);
        }
    }

    /// <summary>Makes a reply fit the context, which has become another one.</summary>
    /// <returns><see langword="false"/> if it is too long and may not drop its old tokens.</returns>
    public bool TryFit(LiveReply reply)
    {
        while (
            reply.TokenCount >= _table.SequenceTokens
            && reply.OutputTokens.Count > 0
            && reply.Request.SlideKeepingTokens is { } keep
            && keep < _table.SequenceTokens - 1
        )
        {
            Slide(reply, keep);
        }

        return reply.TokenCount <= _table.SequenceTokens;
    }

    /// <summary>Tokens of a reply were computed.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="computed">The tokens.</param>
    /// <param name="logits">The logits behind its last token, or nothing while its prompt is not complete.</param>
    public void Advance(LiveReply reply, ReadOnlySpan<int> computed, Span<float> logits)
    {
        _table.Append(reply.Slot!, computed);
        if (reply.OutputTokens.Count == 0)
        {
            _counters.PromptTokensComputed += computed.Length;
            Report(reply, reply.Slot!.Length);
        }

        if (!logits.IsEmpty && !reply.IsEnded)
        {
            Choose(reply, logits);
        }
    }

    /// <summary>A reply has ended, in whatever way, and left the engine.</summary>
    public void Close(LiveReply reply)
    {
        _counters.CompletedRequests++;
        if (_telemetry is null)
        {
            return;
        }

        var usage = reply.Error is null ? reply.Usage : Measure(reply);
        if (reply.StartedAt != 0)
        {
            _telemetry.RecordRequest(usage);
        }

        EngineTelemetry.EndGeneration(reply.Span, usage, reply.Error);
    }

    private void Choose(LiveReply reply, Span<float> logits)
    {
        if (reply.FirstTokenAt == 0)
        {
            reply.FirstTokenAt = _time.GetTimestamp();
            FirstTokens++;
        }

        try
        {
            if (reply.Prepared is { } prepared)
            {
                if (reply.State is null)
                {
                    // What the shape begins with may be known without asking the model.
                    reply.State = new ReplyState(prepared);
                    if (AppendUnsampled(reply, "", isStopped: false, logProbabilities: null))
                    {
                        return;
                    }
                }

                reply.State.Refresh();
            }

            ChooseAmong(reply, logits);
        }
        catch (GrammarException error)
        {
            // One that can be read in too many ways, found out only now.
            reply.End(reply.Prepared?.Shape.Explain(error) ?? error);
        }
        catch (InferenceException error) when (reply.State is not null)
        {
            reply.End(error);
        }
    }

    private void ChooseAmong(LiveReply reply, Span<float> logits)
    {
        var alternatives = reply.Request.TopLogProbabilities;
        if (alternatives is not null)
        {
            _scorer.Keep(logits);
        }

        var token = reply.State is null ? reply.Sampler.Sample(logits) : _choice.Choose(reply, logits);
        if (token == ConstrainedChoice.CloseThePhase)
        {
            var text = "";
            var isStopped = Close(reply, ref text);
            if (!AppendUnsampled(reply, text, isStopped, logProbabilities: null))
            {
                Conclude(reply, text, isStopped, logProbabilities: null);
            }

            return;
        }

        if (_tokenizer.IsEndOfGeneration(token))
        {
            reply.Finish(reply.Text.Flush(), GenerationFinish.Stop, null, Measure(reply));
            return;
        }

        var stopped = Append(reply, token, skippedBytes: 0, out var piece);
        var logProbabilities = alternatives is { } count ? _scorer.Score(token, count) : null;
        if (reply.State is null || !AppendUnsampled(reply, piece, stopped, logProbabilities))
        {
            Conclude(reply, piece, stopped, logProbabilities);
        }
    }

    /// <summary>Appends what follows without a choice: the text that closes a phase, and what a grammar forces.</summary>
    /// <returns>Whether there was any; the text before it was told then, too.</returns>
    private bool AppendUnsampled(LiveReply reply, string text, bool isStopped, TokenLogProbabilities? logProbabilities)
    {
        var state = reply.State!;
        var before = reply.OutputTokens.Count;
        var hasAny = false;
        while (!isStopped && !state.IsOver && HasRoom(reply))
        {
            state.Refresh();
            if (state.IsBudgetSpent && !reply.Text.EndsWithinCharacter)
            {
                isStopped = Close(reply, ref text);
                hasAny = true;
            }
            else if (MayJump(reply) && _unsampled.TryForce(reply))
            {
                isStopped = AppendFound(reply, ref text);
                hasAny = true;
            }
            else
            {
                break;
            }
        }

        if (hasAny || reply.OutputTokens.Count != before)
        {
            Conclude(reply, text, isStopped, logProbabilities);
            return true;
        }

        return false;
    }

    private bool MayJump(LiveReply reply) =>
        _settings.JumpsAhead && reply.Request is { JumpsAhead: true, TopLogProbabilities: null };

    private bool Close(LiveReply reply, ref string text)
    {
        _unsampled.Close(reply);
        return AppendFound(reply, ref text);
    }

    private bool AppendFound(LiveReply reply, ref string text)
    {
        var skipped = _unsampled.SkippedBytes;
        _counters.OutputTokens -= _unsampled.Removed;
        foreach (var token in _unsampled.Tokens)
        {
            if (_tokenizer.IsEndOfGeneration(token))
            {
                // A grammar's own last token: it is never part of the text.
                return true;
            }

            var length = _tokenizer.GetBytes(token).Length;
            var stopped = Append(reply, token, Math.Min(skipped, length), out var piece);
            skipped = Math.Max(0, skipped - length);
            text = text.Length == 0 ? piece : text + piece;
            if (stopped)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Appends a token and its text.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="token">The token.</param>
    /// <param name="skippedBytes">How many of its first bytes were handed out already.</param>
    /// <param name="text">The text that became final.</param>
    /// <returns>Whether a stop sequence was met.</returns>
    private bool Append(LiveReply reply, int token, int skippedBytes, out string text)
    {
        _counters.OutputTokens++;
        reply.Add(token);
        var bytes = _tokenizer.GetBytes(token);
        var whole = _texts.Get(token, bytes);
        if (bytes.IsEmpty && reply.Request.IncludesControlTokens && _tokenizer.IsControl(token))
        {
            whole = _tokenizer.GetName(token);
            bytes = System.Text.Encoding.UTF8.GetBytes(whole);
        }

        if (reply.DropsNextSpace && !bytes.IsEmpty)
        {
            reply.DropsNextSpace = false;
            if (bytes[0] == (byte)' ')
            {
                skippedBytes++;
            }
        }

        if (skippedBytes > 0)
        {
            bytes = bytes[skippedBytes..];
            whole = null;
        }

        return reply.Text.Append(bytes, whole, out text);
    }

    /// <summary>Tells what came, and ends the reply where it is to end.</summary>
    private void Conclude(LiveReply reply, string text, bool isStopped, TokenLogProbabilities? logProbabilities)
    {
        if (isStopped || reply.State is { IsOver: true })
        {
            reply.Finish(text + reply.Text.Flush(), GenerationFinish.Stop, logProbabilities, Measure(reply));
        }
        else if (reply.OutputTokens.Count >= reply.Request.MaxOutputTokens || !HasContext(reply))
        {
            // What was held back may turn out to end with a stop sequence only now.
            text += reply.Text.Flush();
            var finish = reply.Text.StopMet ? GenerationFinish.Stop : GenerationFinish.Length;
            reply.Finish(text, finish, logProbabilities, Measure(reply));
        }
        else if (!string.IsNullOrEmpty(text) || logProbabilities is not null)
        {
            reply.Tell(text, logProbabilities);
        }
    }

    private bool HasRoom(LiveReply reply) =>
        reply.OutputTokens.Count < reply.Request.MaxOutputTokens && reply.TokenCount < _table.SequenceTokens;

    private bool HasContext(LiveReply reply)
    {
        if (reply.TokenCount < _table.SequenceTokens)
        {
            return true;
        }

        if (reply.Request.SlideKeepingTokens is not { } keep || keep >= _table.SequenceTokens - 1)
        {
            return false;
        }

        Slide(reply, keep);
        _table.CutBackTowards(reply.Slot!, keep);
        return true;
    }

    private void Slide(LiveReply reply, int keep)
    {
        var dropped = reply.Slide(keep);
        EngineLog.ContextSlid(_logger, _settings.ModelName, reply.Order, keep, dropped);
        _telemetry?.RecordContextSlide();
    }

    private GenerationUsage Measure(LiveReply reply)
    {
        var now = _time.GetTimestamp();
        var started = reply.StartedAt == 0 ? now : reply.StartedAt;
        var first = reply.FirstTokenAt == 0 ? now : reply.FirstTokenAt;
        return new GenerationUsage
        {
            PromptTokens = reply.Request.Prompt.Length,
            CachedTokens = Math.Max(0, reply.CachedTokens),
            OutputTokens = reply.OutputTokens.Count,
            SlidTokens = reply.SlidTokens,
            QueueDuration = _time.GetElapsedTime(reply.SubmittedAt, started),
            PrefillDuration = _time.GetElapsedTime(started, first),
            DecodeDuration = _time.GetElapsedTime(first, now),
        };
    }

    private static void Report(LiveReply reply, int held)
    {
        // A reply that is replayed goes over its prompt again; what was reported stays true.
        if (reply.Request.Progress is not { } progress || held <= reply.ReportedTokens)
        {
            return;
        }

        reply.ReportedTokens = held;
        try
        {
            var prompt = reply.Request.Prompt.Length;
            progress.Report(
                new PrefillProgress(reply.CachedTokens, Math.Min(held, prompt) - reply.CachedTokens, prompt)
            );
        }
        catch (Exception error)
        {
            // The caller's own code failed on our thread: the fault belongs to that reply alone.
            reply.End(error);
        }
    }
}
