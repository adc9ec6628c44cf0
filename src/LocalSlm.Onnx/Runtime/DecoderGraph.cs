using LocalSlm.Onnx.Format;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Runtime;

/// <summary>What a decoder's session takes and gives. Immutable.</summary>
internal sealed record DecoderGraph
{
    /// <summary>Gets the input of token ids, [batch, length].</summary>
    public required OnnxTensorInfo Ids { get; init; }

    /// <summary>Gets the input of the mask, [batch, total length], or <see langword="null"/> if there is none.</summary>
    public OnnxTensorInfo? Mask { get; init; }

    /// <summary>Gets the input of positions, [batch, length], or <see langword="null"/> if there is none.</summary>
    public OnnxTensorInfo? Positions { get; init; }

    /// <summary>Gets the input that says for how many last tokens logits are wanted, or <see langword="null"/> if there is
    /// none.</summary>
    public OnnxTensorInfo? LogitCount { get; init; }

    /// <summary>Gets the input that says whether anything is cached yet, or <see langword="null"/> if there is none.</summary>
    public OnnxTensorInfo? CacheBranch { get; init; }

    /// <summary>Gets the output of logits.</summary>
    public required OnnxTensorInfo Logits { get; init; }

    /// <summary>Gets the number of logits of one token.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Gets the number of token ids that it takes; logits may be wider than its table of embeddings.</summary>
    public required int TokenCount { get; init; }

    /// <summary>Gets a value indicating whether a run gives logits for the last token only.</summary>
    public required bool GivesLastLogitsOnly { get; init; }

    /// <summary>Gets the cached keys and values, layer after layer.</summary>
    public required IReadOnlyList<KvTensor> Kv { get; init; }

    /// <summary>Gets the recurrent states.</summary>
    public IReadOnlyList<StateTensor> States { get; init; } = [];

    /// <summary>Gets a value indicating whether past and present keys and values may be one buffer that a run appends to.</summary>
    public required bool SharesPastPresent { get; init; }

    /// <summary>Gets a value indicating whether several sequences can be computed in one run.</summary>
    public required bool TakesBatches { get; init; }

    /// <summary>Gets the tokens that cached keys and values have room for; 0 if the graph does not fix it.</summary>
    public int FixedTokens { get; init; }

    /// <summary>Gets what differs between models whose saved sequences do not fit each other.</summary>
    public required ulong Fingerprint { get; init; }

    /// <summary>Gets where session and config disagree: sentences for the log.</summary>
    public IReadOnlyList<string> Disagreements { get; init; } = [];

    /// <summary>Gets the bytes of keys and values of one token over all layers.</summary>
    public long KvBytesPerToken => Kv.Sum(static tensor => (long)tensor.TokenBytes);

    /// <summary>Gets the bytes of recurrent state of one sequence.</summary>
    public long StateBytes => States.Sum(static tensor => tensor.Bytes);

    /// <summary>Gets the bytes of one number of the logits.</summary>
    public int LogitBytes => ElementSize.Of(Logits.ElementType);
}
