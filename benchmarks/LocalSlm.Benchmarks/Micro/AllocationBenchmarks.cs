using BenchmarkDotNet.Attributes;
using LocalSlm.Chat;
using LocalSlm.Sampling;
using LocalSlm.Scheduling;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Benchmarks.Micro;

/// <summary>Time and memory of one generated token, without a model: what LocalSlm itself adds. A reply is long, so that what it
/// takes once hardly counts.</summary>
[MemoryDiagnoser]
public class AllocationBenchmarks
{
    private const int OutputTokens = 10_000;
    private readonly ChatMessage[] _messages = [new(ChatRole.User, "a")];
    private readonly ChatOptions _options = new()
    {
        Temperature = 0,
        MaxOutputTokens = OutputTokens,
        MinP = 0,
        RawCompletion = true,
        UsePrefixCache = false,
    };
    private InferenceEngine _engine = null!;
    private LocalChatClient _client = null!;

    [GlobalSetup]
    public void Setup()
    {
        var tokenizer = new ScriptedTokenizer();
        var decoder = new ScriptedDecoder(sequences: 1);
        _engine = new InferenceEngine(
            new EngineSettings { ModelName = "scripted", MaxConcurrentReplies = 1 },
            decoder,
            tokenizer,
            TimeProvider.System,
            NullLogger.Instance
        );
        _client = new LocalChatClient(
            new ChatModelServices
            {
                Info = new LoadedModelInfo
                {
                    Name = "scripted",
                    Facts = new ModelFacts
                    {
                        Path = "scripted",
                        Runtime = "scripted",
                        Architecture = "scripted",
                    },
                    Device = "none",
                    RuntimeVersion = "1",
                    ContextTokens = decoder.Capabilities.SequenceTokens,
                    CacheTokens = decoder.Capabilities.TotalTokens,
                    MaxConcurrentReplies = 1,
                    Threads = 1,
                    GpuLayers = 0,
                    KvCacheLayout = KvCacheLayout.Unified,
                    LoadDuration = TimeSpan.Zero,
                },
                Generator = _engine,
                Tokenizer = tokenizer,
                PromptTokenizer = new PromptTokenizer(tokenizer),
                PromptFormat = null,
                ParsePromptFormat = _ => throw new NotSupportedException(),
            }
        );
    }

    [GlobalCleanup]
    public void Cleanup() => _engine.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = OutputTokens)]
    public async Task<int> Engine()
    {
        var updates = 0;
        await using var generation = _engine.Submit(
            new GenerationRequest
            {
                Prompt = [0],
                Sampling = new SamplingSettings(),
                MaxOutputTokens = OutputTokens,
                UsePrefixCache = false,
            },
            CancellationToken.None
        );
        while (await generation.WaitToReadAsync().ConfigureAwait(false))
        {
            while (generation.TryRead(out _))
            {
                updates++;
            }
        }

        return updates;
    }

    [Benchmark(OperationsPerInvoke = OutputTokens)]
    public async Task<int> ChatClientStreaming()
    {
        var updates = 0;
        await foreach (var _ in _client.GetStreamingResponseAsync(_messages, _options).ConfigureAwait(false))
        {
            updates++;
        }

        return updates;
    }
}
