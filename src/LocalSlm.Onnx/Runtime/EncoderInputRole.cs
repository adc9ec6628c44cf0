namespace LocalSlm.Onnx.Runtime;

/// <summary>What the values of an encoder's input are.</summary>
internal enum EncoderInputRole
{
    /// <summary>Token ids; the padding token's where there is no token.</summary>
    Ids,

    /// <summary>1 for tokens, 0 for padding.</summary>
    Mask,

    /// <summary>Which of two texts a token belongs to: always 0.</summary>
    Types,

    /// <summary>The position of each token.</summary>
    Positions,
}
