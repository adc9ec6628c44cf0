using System.Diagnostics;
using LocalSlm.Gguf;
using LocalSlm.Sampling;
using LocalSlm.Scheduling;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Benchmarks.EndToEnd.Measuring;

/// <summary>A model with the engine alone, below the chat client.</summary>
internal sealed class LoadedEngine : IDisposable
{
    private readonly IRuntimeModel _model;
    private readonly InferenceEngine _engine;
    private readonly Dictionary<int, float> _noEnd;

    private LoadedEngine(IRuntimeModel model, ModelLoadOptions options)
    {
        _model = model;
        _engine = new InferenceEngine(
            EngineSettings.From("benchmark", options),
            model.Decoder,
            model.Tokenizer,
            TimeProvider.System,
            NullLogger.Instance
        );
        _noEnd = model.Tokenizer.EndOfGenerationTokens.ToDictionary(token => token, _ => float.NegativeInfinity);
    }

    public static async Task<LoadedEngine> LoadAsync(BenchmarkModel model, ModelLoadOptions options)
    {
        var loaded = await new GgufRuntime().OpenAsync(
            model.Path,
            options,
            NullLoggerFactory.Instance,
            progress: null,
            CancellationToken.None
        );
        return new LoadedEngine(loaded, options);
    }

    /// <summary>Generates and reads every update as it comes.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="outputTokens">The tokens to generate.</param>
    /// <param name="times">Receives when each update was read.</param>
    public async Task GenerateAsync(int[] prompt, int outputTokens, List<long> times)
    {
        await using var generation = Submit(prompt, outputTokens);
        while (await generation.WaitToReadAsync().ConfigureAwait(false))
        {
            while (generation.TryRead(out _))
            {
                times.Add(Stopwatch.GetTimestamp());
            }
        }
    }

    /// <summary>Generates, and reads nothing before the end.</summary>
    /// <returns>The time from the first token to the last, by the engine's own clock.</returns>
    public async Task<TimeSpan> GenerateUnreadAsync(int[] prompt, int outputTokens)
    {
        var before = _engine.Statistics.CompletedRequests;
        await using var generation = Submit(prompt, outputTokens);
        while (_engine.Statistics.CompletedRequests == before)
        {
            Thread.Sleep(20);
        }

        while (await generation.WaitToReadAsync().ConfigureAwait(false))
        {
            while (generation.TryRead(out _)) { }
        }

        return generation.Usage.DecodeDuration;
    }

    /// <summary>Measures what the process allocates while a reply is generated.</summary>
    /// <returns>Bytes for each token after the first few.</returns>
    public async Task<double> AllocateAsync(int[] prompt, int outputTokens, int skippedUpdates)
    {
        await using var generation = Submit(prompt, outputTokens);
        var updates = 0;
        long before = 0;
        while (await generation.WaitToReadAsync().ConfigureAwait(false))
        {
            while (generation.TryRead(out var update))
            {
                if (++updates == skippedUpdates)
                {
                    before = GC.GetTotalAllocatedBytes(precise: true);
                }
            }
        }

        return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / (outputTokens - skippedUpdates);
    }

    public void Dispose()
    {
        _engine.Dispose();
        _model.Dispose();
    }

    private IGeneration Submit(int[] prompt, int outputTokens) =>
        _engine.Submit(
            new GenerationRequest
            {
                Prompt = prompt,
                Sampling = new SamplingSettings { LogitBias = _noEnd },
                MaxOutputTokens = outputTokens,
                UsePrefixCache = false,
            },
            CancellationToken.None
        );
}
