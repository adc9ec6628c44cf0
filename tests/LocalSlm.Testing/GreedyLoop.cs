using System.Numerics.Tensors;

namespace LocalSlm.Testing;

/// <summary>Generates on a bare decoder: always the most likely token, never an end.</summary>
public static class GreedyLoop
{
    private static readonly TimeSpan s_hang = TimeSpan.FromMinutes(2);

    /// <summary>Generates in sequence 0, from its beginning.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="prompt">The prompt, no longer than a batch.</param>
    /// <param name="count">The tokens to generate.</param>
    /// <param name="onStep">Called after every step, with its number.</param>
    public static int[] Generate(ITokenDecoder decoder, int[] prompt, int count, Action<int>? onStep = null)
    {
        decoder.CutBack(0, 0);
        var batch = new DecodeBatch(decoder.Capabilities.BatchTokens, 1);
        batch.Add(0, 0, prompt, 1);
        var tokens = new int[count];
        for (var i = 0; i < count; i++)
        {
            decoder.Decode(batch, CancellationToken.None);
            if (batch.Statuses[0] != DecodeStatus.Done)
            {
                throw new InvalidOperationException($"Step {i} ended with {batch.Statuses[0]}.");
            }

            tokens[i] = TensorPrimitives.IndexOfMax(decoder.GetLogits(0));
            batch.Clear();
            batch.Add(0, prompt.Length + i, [tokens[i]], 1);
            onStep?.Invoke(i);
        }

        return tokens;
    }

    /// <summary>Generates on two decoders at once, each on a thread of its own; they meet again every few steps, so that neither runs
    /// ahead.</summary>
    /// <returns>The tokens of each.</returns>
    public static (int[] First, int[] Second) GenerateTogether(
        ITokenDecoder first,
        ITokenDecoder second,
        int[] prompt,
        int count,
        Action onFirstStep
    )
    {
        const int StepsApart = 8;
        using var meeting = new Barrier(2);
        var other = Task.Factory.StartNew(
            () => Generate(second, prompt, count, Meet),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        var own = Generate(
            first,
            prompt,
            count,
            step =>
            {
                onFirstStep();
                Meet(step);
            }
        );
        return other.Wait(s_hang)
            ? (own, other.Result)
            : throw new TimeoutException("The other decoder does not come to an end.");

        void Meet(int step)
        {
            if (step % StepsApart == 0 && !meeting.SignalAndWait(s_hang))
            {
                throw new TimeoutException("The decoders do not meet: one of them hangs.");
            }
        }
    }

    /// <summary>Steps on until something is so.</summary>
    public static void StepUntil(ITokenDecoder decoder, int[] prompt, Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(s_hang);
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            _ = Generate(decoder, prompt, 1);
        }
    }
}
