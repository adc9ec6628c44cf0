using LocalSlm.Telemetry;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Scheduling;

/// <summary>What happens to a reply when a step has computed some of its tokens: bookkeeping, the choice of the next token, its
/// text, and the end.</summary>
internal sealed class ReplyAdvancer
{
    private readonly string _modelName;
    private readonly ITokenizer _tokenizer;
    private readonly SequenceTable _table;
    private readonly int _contextTokens;
    private readonly EngineCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EngineTelemetry? _telemetry;
    private readonly TokenTexts _texts;
    private readonly LogProbabilityScorer _scorer;

    public ReplyAdvancer(
        string modelName,
        ITokenizer tokenizer,
        SequenceTable table,
        int contextTokens,
        EngineCounters counters,
        TimeProvider time,
        ILogger logger,
        EngineTelemetry? telemetry
    )
    {
        _modelName = modelName;
        _tokenizer = tokenizer;
        _table = table;
        _contextTokens = contextTokens;
        _counters = counters;
        _time = time;
        _logger = logger;
        _telemetry = telemetry;
        _texts = new TokenTexts(tokenizer);
        _scorer = new LogProbabilityScorer(_texts);
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
        var alternatives = reply.Request.TopLogProbabilities;
        if (alternatives is not null)
        {
            _scorer.Keep(logits);
        }

        var token = reply.Sampler.Sample(logits);
        if (reply.FirstTokenAt == 0)
        {
            reply.FirstTokenAt = _time.GetTimestamp();
            FirstTokens++;
        }

        if (_tokenizer.IsEndOfGeneration(token))
        {
            reply.Finish(reply.Text.Flush(), GenerationFinish.Stop, null, Measure(reply));
            return;
        }

        _counters.OutputTokens++;
        reply.Add(token);
        var logProbabilities = alternatives is { } count ? _scorer.Score(token, count) : null;
        var bytes = _tokenizer.GetBytes(token);
        var whole = _texts.Get(token, bytes);
        if (reply.DropsNextSpace && !bytes.IsEmpty)
        {
            reply.DropsNextSpace = false;
            if (bytes[0] == (byte)' ')
            {
                bytes = bytes[1..];
                whole = whole?[1..];
            }
        }

        var stopped = reply.Text.Append(bytes, whole, out var text);
        if (stopped)
        {
            reply.Finish(text, GenerationFinish.Stop, logProbabilities, Measure(reply));
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
            reply.Buffer.Write(new GenerationUpdate(text, GenerationFinish.None, logProbabilities));
        }
    }

    private bool HasContext(LiveReply reply)
    {
        if (reply.TokenCount < _contextTokens)
        {
            return true;
        }

        if (reply.Request.SlideKeepingTokens is not { } keep || keep >= _contextTokens - 1)
        {
            return false;
        }

        var dropped = reply.Slide(keep);
        EngineLog.ContextSlid(_logger, _modelName, reply.Order, keep, dropped);
        _telemetry?.RecordContextSlide();
        _table.CutBackTowards(reply.Slot!, keep);
        return true;
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
        if (reply.Request.Progress is { } progress)
        {
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
}
