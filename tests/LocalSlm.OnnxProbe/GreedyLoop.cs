using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.OnnxProbe;

/// <summary>The plainest decode loop: the whole text is computed again for every token, with empty past keys and values. It shares
/// nothing with the product's loop.</summary>
internal static class GreedyLoop
{
    public static int[] Generate(InferenceSession session, int[] prompt, int count)
    {
        var tokens = prompt.Select(static token => (long)token).ToList();
        using var options = new RunOptions();
        for (var step = 0; step < count; step++)
        {
            var inputs = new Dictionary<string, OrtValue>();
            try
            {
                foreach (var (name, metadata) in session.InputMetadata)
                {
                    inputs[name] = name switch
                    {
                        "input_ids" => OrtValue.CreateTensorValueFromMemory(tokens.ToArray(), [1, tokens.Count]),
                        "attention_mask" => OrtValue.CreateTensorValueFromMemory(
                            Enumerable.Repeat(1L, tokens.Count).ToArray(),
                            [1, tokens.Count]
                        ),
                        // [batch, heads, past length, width]: nothing is past.
                        _ => OrtValue.CreateTensorValueFromMemory(
                            Array.Empty<float>(),
                            [1, metadata.Dimensions[1] > 0 ? metadata.Dimensions[1] : 2, 0, Width(metadata)]
                        ),
                    };
                }

                using var outputs = session.Run(options, inputs, ["logits"]);
                var logits = outputs[0].GetTensorDataAsSpan<float>();
                var width = logits.Length / tokens.Count;
                tokens.Add(IndexOfMax(logits[^width..]));
            }
            finally
            {
                foreach (var value in inputs.Values)
                {
                    value.Dispose();
                }
            }
        }

        return [.. tokens.Skip(prompt.Length).Select(static token => (int)token)];
    }

    private static int Width(NodeMetadata metadata) => metadata.Dimensions[3] > 0 ? metadata.Dimensions[3] : 32;

    private static int IndexOfMax(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best])
            {
                best = i;
            }
        }

        return best;
    }
}
