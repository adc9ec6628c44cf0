using System.Globalization;

namespace LocalSlm.Gguf.Format;

/// <summary>What the tensors of a model weigh, by the part of the model that llama.cpp v0.4.0 places together: the input, each layer, the
/// output.</summary>
internal sealed class LayerWeights
{
    private const string LayerPrefix = "blk.";
    private const string EmbeddingName = "token_embd.weight";
    private const string OutputName = "output.weight";

    private static readonly string[] s_expertParts = ["up", "down", "gate", "gate_up"];

    private LayerWeights((long All, long Experts)[] layers, long input, long output)
    {
        Layers = layers;
        Input = input;
        Output = output;
    }

    /// <summary>Gets the bytes of each layer: all its weights, and those of its experts.</summary>
    public IReadOnlyList<(long All, long Experts)> Layers { get; }

    /// <summary>Gets the bytes before the layers.</summary>
    public long Input { get; }

    /// <summary>Gets the bytes behind the layers; a projection that shares the token embeddings is counted here too, because the library
    /// makes a copy of them where the output is on another device than the input.</summary>
    public long Output { get; }

    /// <summary>Adds up tensors.</summary>
    public static LayerWeights Of(IEnumerable<GgufTensor> tensors, int layerCount, ArchitectureKind kind)
    {
        var layers = new (long All, long Experts)[layerCount];
        long input = 0;
        long output = 0;
        long embedding = 0;
        var hasProjection = false;
        foreach (var tensor in tensors)
        {
            if (LayerOf(tensor.Name) is { } layer && layer < layerCount)
            {
                layers[layer].All += tensor.Bytes;
                layers[layer].Experts += IsExpert(tensor.Name) ? tensor.Bytes : 0;
            }
            else if (tensor.Name.StartsWith("output", StringComparison.Ordinal))
            {
                output += tensor.Bytes;
                hasProjection |= tensor.Name == OutputName;
            }
            else
            {
                input += tensor.Bytes;
                embedding += tensor.Name == EmbeddingName ? tensor.Bytes : 0;
            }
        }

        return new(layers, input, hasProjection || kind == ArchitectureKind.Encoder ? output : output + embedding);
    }

    /// <summary>The tensors that the library's own switch for mixtures means (common.h: <c>ffn_(up|down|gate|gate_up)_(ch|)exps</c>).</summary>
    private static bool IsExpert(string name)
    {
        const string marker = ".ffn_";
        var at = name.IndexOf(marker, StringComparison.Ordinal);
        if (at < 0)
        {
            return false;
        }

        var rest = name.AsSpan(at + marker.Length);
        foreach (var part in s_expertParts)
        {
            if (
                rest.StartsWith(part, StringComparison.Ordinal)
                && (
                    rest[part.Length..].StartsWith("_exps", StringComparison.Ordinal)
                    || rest[part.Length..].StartsWith("_chexps", StringComparison.Ordinal)
                )
            )
            {
                return true;
            }
        }

        return false;
    }

    private static int? LayerOf(string name)
    {
        if (!name.StartsWith(LayerPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = name.AsSpan(LayerPrefix.Length);
        var end = rest.IndexOf('.');
        return end > 0 && int.TryParse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var layer)
            ? layer
            : null;
    }
}
