using System.Numerics.Tensors;
using LocalSlm.Onnx;
using Microsoft.Extensions.Logging.Abstractions;

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
