namespace LocalSlm.Onnx.Format;

/// <summary>What the tensors of a decoder graph are called. Names with a layer's index hold <c>%d</c>.</summary>
internal sealed record DecoderNames
{
    /// <summary>Gets the input of token ids, [batch, length].</summary>
    public string InputIds { get; init; } = "input_ids";

    /// <summary>Gets the input of the attention mask, [batch, total length].</summary>
    public string AttentionMask { get; init; } = "attention_mask";

    /// <summary>Gets the input of positions, [batch, length]; a graph need not have it.</summary>
    public string PositionIds { get; init; } = "position_ids";

    /// <summary>Gets the inputs of cached keys.</summary>
    public string PastKey { get; init; } = "past_key_values.%d.key";

    /// <summary>Gets the inputs of cached values.</summary>
    public string PastValue { get; init; } = "past_key_values.%d.value";

    /// <summary>Gets the outputs of keys.</summary>
    public string PresentKey { get; init; } = "present.%d.key";

    /// <summary>Gets the outputs of values.</summary>
    public string PresentValue { get; init; } = "present.%d.value";

    /// <summary>Gets the output of logits, [batch, length or 1, vocabulary].</summary>
    public string Logits { get; init; } = "logits";
}
