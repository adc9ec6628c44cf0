namespace LocalSlm.Gguf.Format;

/// <summary>What a model architecture can be used for, and what memory it keeps.</summary>
internal enum ArchitectureKind
{
    /// <summary>llama.cpp does not know the name.</summary>
    Unknown,

    /// <summary>Generates text, with a KV cache.</summary>
    Decoder,

    /// <summary>Generates text, with recurrent state only.</summary>
    Recurrent,

    /// <summary>Generates text, with recurrent state in some layers.</summary>
    Hybrid,

    /// <summary>Makes embeddings; cannot generate.</summary>
    Encoder,

    /// <summary>An encoder and a decoder: needs calls that this runtime does not make.</summary>
    EncoderDecoder,

    /// <summary>Generates by refining a whole text at once: needs a loop that this runtime does not have.</summary>
    Diffusion,

    /// <summary>A part beside a model: a vision or speech tower, a draft head.</summary>
    Part,
}
