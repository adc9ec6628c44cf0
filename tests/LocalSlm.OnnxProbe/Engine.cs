using System.Numerics.Tensors;
using LocalSlm.Loading;
using LocalSlm.Onnx;
using LocalSlm.Onnx.Interop;
using LocalSlm.Sampling;
using LocalSlm.Scheduling;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.OnnxProbe;

/// <summary>The product's own decode loop, driven as an engine drives it.</summary>
internal static class Engine
{
    public static async Task<int> DecodeAsync(string folder, string[] choices)
    {
        var choice = Choices.Read(choices);
        using var model = await new OnnxModelRuntime(choice.Runtime).OpenAsync(
            folder,
            choice.Load,
            NullLoggerFactory.Instance,
            null,
            CancellationToken.None
        );
        Console.WriteLine($"device: {model.Device}");
        Console.WriteLine($"provider: {model.Provider}");
        Product.WriteFailures(model.FailedDevices);
        Console.WriteLine($"tokens: {string.Join(' ', Decode(model.Decoder, choice.Prompt, choice.Tokens))}");
        return 0;
    }

    /// <summary>Generates through the engine of the product, on a device whose runs throw from some run on.</summary>
    public static async Task<int> FailOverAsync(string folder, int failingRun, string[] choices)
    {
        var choice = Choices.Read(choices);
        var target = new ChatLoadTarget(new OnnxModelRuntime(choice.Runtime), folder, choice.Load);
        var opener = new ModelOpener<IRuntimeModel>(target, name: null, new LoadServices());
        var opened = await opener.OpenAsync(null, CancellationToken.None);
        var tokenizer = new RelayTokenizer(opened.Model.Tokenizer);
        await using var seat = new ModelSeat<IRuntimeModel>(opener, opened, TimeProvider.System, NullLogger.Instance);
        var failover = new Failover(seat);
        Console.WriteLine($"provider: {opened.Model.Provider}");
        await using var engine = new InferenceEngine(
            new EngineSettings { ModelName = "tiny" },
            opened.Model.Decoder,
            tokenizer,
            TimeProvider.System,
            NullLogger.Instance,
            failover: failover
        );

        // What the runs threw that the device did while it was tried does not count.
        var runs = 0;
        RunFaults.Injection = () =>
        {
            if (++runs == failingRun)
            {
                // A real exception of the library: its type has no constructor that others may call.
                using var session = new InferenceSession([1, 2, 3]);
            }
        };
        await using var reply = engine.Submit(
            new GenerationRequest
            {
                Prompt = choice.Prompt,
                Sampling = new SamplingSettings(),
                MaxOutputTokens = choice.Tokens,
            },
            CancellationToken.None
        );
        while (await reply.WaitToReadAsync())
        {
            while (reply.TryRead(out _)) { }
        }

        Console.WriteLine($"provider: {seat.Current.Model.Provider}");
        Product.WriteFailures(seat.Current.Failed);
        Console.WriteLine($"tokens: {string.Join(' ', reply.OutputTokens)}");
        return 0;
    }

    private sealed class Failover(ModelSeat<IRuntimeModel> seat) : IFailover
    {
        public string Device => seat.Current.Model.Device;

        public async Task<ITokenDecoder> MoveAsync(string reason, CancellationToken cancellationToken) =>
            (
                await seat.MoveAsync(
                    "tiny",
                    Device,
                    reason,
                    static _ => { },
                    static _ => Task.CompletedTask,
                    cancellationToken
                )
            )
                .Model
                .Decoder;
    }

    private static int[] Decode(ITokenDecoder decoder, int[] prompt, int count)
    {
        var batch = new DecodeBatch(decoder.Capabilities.BatchTokens, 1);
        var tokens = new int[count];
        ReadOnlySpan<int> next = prompt;
        var position = 0;
        for (var i = 0; i < count; i++)
        {
            batch.Clear();
            batch.Add(0, position, next, 1);
            decoder.Decode(batch, CancellationToken.None);
            if (batch.Statuses[0] != DecodeStatus.Done)
            {
                throw new InvalidOperationException($"Step {i}: {batch.Statuses[0]}");
            }

            position += next.Length;
            tokens[i] = TensorPrimitives.IndexOfMax(decoder.GetLogits(0));
            next = tokens.AsSpan(i, 1);
        }

        return tokens;
    }
}
