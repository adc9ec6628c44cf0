using LocalSlm.Onnx.Format;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Chooses the decoder of a graph and lets it compute a few tokens, so that a graph which does not work as it says, or not on
/// this device, fails while it is loaded, with a reason.</summary>
internal static class DecoderTrial
{
    /// <summary>Makes a decoder that has proven to work.</summary>
    /// <returns>The decoder, or why there is none on this device.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static (OnnxTokenDecoder? Decoder, string? Problem) Create(
        OnnxModelFiles files,
        OnnxSession session,
        DecoderGraph graph,
        DecoderLimits limits,
        ILogger logger,
        CancellationToken cancellationToken
    )
    {
        if (graph.FixedTokens > 0)
        {
            limits = limits with
            {
                SequenceTokens = Math.Min(limits.SequenceTokens, graph.FixedTokens),
                TotalTokens = Math.Min(limits.TotalTokens, limits.SequenceCount * graph.FixedTokens),
            };
        }

        if (!session.IsHostMemory)
        {
            // Past and present in main memory become two buffers on the device, and a graph that appends to one of them in place would
            // not find the past in the other. Lengths that are exact are right on every device.
            if (graph.FixedTokens > 0)
            {
                return (
                    null,
                    $"Its cached keys have a fixed length of {graph.FixedTokens} tokens, which is served on the CPU only. "
                        + "Export it with a cache of any length, or list cpu in ModelLoadOptions.Devices."
                );
            }

            graph = graph with { SharesPastPresent = false, TakesBatches = false };
        }

        DecoderLog.GraphRead(
            logger,
            files.GraphPath,
            graph.Kv.Count,
            graph.States.Count,
            graph.TakesBatches ? "sequences are computed side by side"
                : graph.SharesPastPresent ? "one sequence at a time, appended to in place"
                : "one sequence at a time, copied"
        );
        OnnxTokenDecoder? decoder = null;
        try
        {
            decoder = graph.TakesBatches
                ? new SharedKvDecoder(session, graph, limits, logger)
                : new SequenceDecoder(session, graph, limits, logger);
            if (FindProblem(decoder, files, cancellationToken) is not { } problem)
            {
                return (decoder, null);
            }

            decoder.Dispose();
            return (null, problem);
        }
        catch (OutOfMemoryException)
        {
            decoder?.Dispose();
            return (null, NoMemory);
        }
        catch
        {
            decoder?.Dispose();
            throw;
        }
    }

    private const string NoMemory =
        "There is no memory for a first step. Lower ContextTokens, BatchTokens or MaxConcurrentReplies, or raise MemoryBudgetBytes.";

    private static string? FindProblem(
        OnnxTokenDecoder decoder,
        OnnxModelFiles files,
        CancellationToken cancellationToken
    )
    {
        var batch = new DecodeBatch(2, 2);
        var token = files.BosToken is >= 0 and var bos && bos < decoder.Capabilities.VocabularySize ? bos : 0;

        // A prompt of two tokens, then one that goes on.
        batch.Add(0, 0, [token, token], 1);
        if (Compute() is { } early)
        {
            return early;
        }

        batch.Clear();
        batch.Add(0, 2, [token], 1);
        if (Compute() is { } late)
        {
            return late;
        }

        decoder.CutBack(0, 0);
        return null;

        string? Compute()
        {
            decoder.Decode(batch, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            return batch.Statuses[0] switch
            {
                DecodeStatus.Done => FindForeignNumber(decoder.GetLogits(0)),
                DecodeStatus.OutOfMemory => NoMemory,
                _ => $"ONNX Runtime could not compute a first step: {decoder.LastError}",
            };
        }
    }

    private static string? FindForeignNumber(ReadOnlySpan<float> logits)
    {
        foreach (var logit in logits)
        {
            if (!float.IsFinite(logit) && logit != float.NegativeInfinity)
            {
                return "Its first logits are no numbers. Its weights are damaged, or the device computes this graph wrongly; try another "
                    + "device.";
            }
        }

        return null;
    }
}
