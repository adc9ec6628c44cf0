using System.Text;
using LocalSlm.Sampling;
using LocalSlm.Scheduling;
using LocalSlm.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Scheduling;

/// <summary>An engine over the fake decoder, and what a reply from it must be.</summary>
internal sealed class EngineHarness : IDisposable
{
    public EngineHarness(
        FakeDecoderOptions? options = null,
        EngineSettings? settings = null,
        TimeProvider? time = null,
        FakeFailover? failover = null
    )
    {
        Options = options ?? new FakeDecoderOptions();
        Decoder = failover?.First ?? new FakeDecoder(Options);
        Engine = new InferenceEngine(
            settings ?? new EngineSettings { ModelName = "fake" },
            Decoder,
            new FakeTokenizer(),
            time ?? TimeProvider.System,
            NullLogger.Instance,
            failover: failover
        );
    }

    public FakeDecoderOptions Options { get; }

    public FakeDecoder Decoder { get; }

    public InferenceEngine Engine { get; }

    public static int[] Tokens(string text) => [.. Encoding.UTF8.GetBytes(text).Select(static b => (int)b)];

    public static GenerationRequest Request(string prompt, int maxTokens = int.MaxValue) =>
        new()
        {
            Prompt = Tokens(prompt),
            Sampling = new SamplingSettings(),
            MaxOutputTokens = maxTokens,
        };

    public string Expected(string prompt, int maxTokens) =>
        FakeLanguage.Continue(
            Tokens(prompt),
            Math.Min(maxTokens, Options.SequenceTokens - Encoding.UTF8.GetByteCount(prompt)),
            Options.EndEvery
        );

    /// <summary>Lets the engine compute nothing before the event is set: until then a test submits what is to run at once. Otherwise a reply may
    /// be over before the next one is asked for.</summary>
    public ManualResetEventSlim Hold()
    {
        var asked = new ManualResetEventSlim();
        Decoder.BeforeDecode = _ =>
        {
            asked.Wait();
            return null;
        };
        return asked;
    }

    public static async Task<(string Text, GenerationFinish Finish, GenerationUsage Usage)> ReadAsync(IGeneration reply)
    {
        await using (reply)
        {
            var text = new StringBuilder();
            var finish = GenerationFinish.None;
            while (await reply.WaitToReadAsync())
            {
                while (reply.TryRead(out var update))
                {
                    Assert.Equal(GenerationFinish.None, finish);
                    text.Append(update.Text);
                    finish = update.Finish;
                }
            }

            Assert.NotEqual(GenerationFinish.None, finish);
            return (text.ToString(), finish, reply.Usage);
        }
    }

    public async Task<string> AskAsync(string prompt, int maxTokens = int.MaxValue) =>
        (await ReadAsync(Engine.Submit(Request(prompt, maxTokens), default))).Text;

    /// <summary>Waits until the engine has nothing to do.</summary>
    public async Task SettleAsync()
    {
        for (var i = 0; i < 2000; i++)
        {
            var now = Engine.Statistics;
            if (now is { ActiveRequests: 0, PausedRequests: 0, QueuedRequests: 0 })
            {
                return;
            }

            await Task.Delay(5);
        }

        Assert.Fail($"The engine does not come to rest: {Engine.Statistics}");
    }

    public void Dispose() => Engine.Dispose();
}
