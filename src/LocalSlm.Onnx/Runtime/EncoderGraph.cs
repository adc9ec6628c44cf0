using LocalSlm.Onnx.Format;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Runtime;

/// <summary>What an open session says about the graph of an encoder.</summary>
internal sealed record EncoderGraph
{
    /// <summary>Gets the inputs with a value for each token, in the order in which they are bound: ids first, then the mask, the
    /// types and the positions, as far as the graph has them.</summary>
    public required IReadOnlyList<EncoderInput> TokenInputs { get; init; }

    /// <summary>Gets the caches that are given empty.</summary>
    public required IReadOnlyList<LayerCache> Caches { get; init; }

    /// <summary>Gets the name of the output that is read.</summary>
    public required string Output { get; init; }

    /// <summary>Gets the type of its elements.</summary>
    public required TensorElementType OutputType { get; init; }

    /// <summary>Gets a value indicating whether it has one vector for each text.</summary>
    public required bool PoolsItself { get; init; }

    /// <summary>Gets the length of a vector.</summary>
    public required int Dimensions { get; init; }

    /// <summary>Gets the number of texts that the graph demands; 0 for any.</summary>
    public required int FixedTexts { get; init; }

    /// <summary>Gets the length of texts that the graph demands; 0 for any.</summary>
    public required int FixedLength { get; init; }

    /// <summary>Reads a session's metadata, which is trusted over the files.</summary>
    /// <exception cref="UnsupportedModelException">The graph cannot be served.</exception>
    public static EncoderGraph Read(OnnxModelFiles files, InferenceSession session)
    {
        var inputs = session.InputMetadata;
        var tokenInputs = new List<EncoderInput>();
        foreach (var (name, role) in EncoderInput.Roles)
        {
            if (inputs.TryGetValue(name, out var metadata))
            {
                RequireInteger(files, name, metadata);
                tokenInputs.Add(new EncoderInput(name, role, metadata.ElementDataType));
            }
        }

        var cached = files.Caches.SelectMany(static cache => new[] { cache.PastKey, cache.PastValue }).ToHashSet();
        var foreign = inputs.Keys.FirstOrDefault(name =>
            !cached.Contains(name) && !tokenInputs.Exists(input => input.Name == name)
        );
        if (foreign is not null)
        {
            throw Unsupported(files, $"its graph wants an input '{foreign}', which is not known for text encoders.");
        }

        var poolsItself = files.Facts.Embedding!.PoolsItself;
        var output =
            (poolsItself ? files.SentenceOutput : files.TokenOutput)
            ?? throw Unsupported(files, "its graph has no output that is known for text encoders.");
        var found = session.OutputMetadata[output];
        if (!ElementSize.IsFloating(found.ElementDataType))
        {
            throw Unsupported(
                files,
                $"its output '{output}' is {found.ElementDataType}; floating-point numbers are served."
            );
        }

        var rank = poolsItself ? 2 : 3;
        if (found.Dimensions.Length != rank)
        {
            throw Unsupported(
                files,
                $"its output '{output}' has {found.Dimensions.Length} dimensions; {rank} are wanted."
            );
        }

        var ids = inputs[EncoderInput.Ids].Dimensions;
        if (ids.Length != 2)
        {
            throw Unsupported(files, $"its input '{EncoderInput.Ids}' has {ids.Length} dimensions; 2 are wanted.");
        }

        return new EncoderGraph
        {
            TokenInputs = tokenInputs,
            Caches = files.Caches,
            Output = output,
            OutputType = found.ElementDataType,
            PoolsItself = poolsItself,
            Dimensions = found.Dimensions[^1] > 0 ? found.Dimensions[^1] : files.Facts.Embedding.Dimensions,
            FixedTexts = Math.Max(0, ids[0]),
            FixedLength = Math.Max(0, ids[1]),
        };
    }

    private static void RequireInteger(OnnxModelFiles files, string name, NodeMetadata metadata)
    {
        if (!ElementSize.IsInteger(metadata.ElementDataType))
        {
            throw Unsupported(files, $"its input '{name}' is {metadata.ElementDataType}; Int32 and Int64 are served.");
        }
    }

    private static UnsupportedModelException Unsupported(OnnxModelFiles files, string problem) =>
        new(files.Facts.Path, files.Facts.Architecture, problem);
}
