namespace LocalSlm.Tokenization.Gguf;

/// <summary>The vocabulary of a GGUF file, as its metadata under <c>tokenizer.ggml.</c> has it.</summary>
internal sealed record GgufVocabularyData
{
    /// <summary>Gets the file's path, for errors.</summary>
    public required string File { get; init; }

    /// <summary>Gets <c>model</c>: gpt2, llama, bert, t5.</summary>
    public required string Model { get; init; }

    /// <summary>Gets <c>pre</c>: how a gpt2 vocabulary splits text.</summary>
    public string? Pre { get; init; }

    /// <summary>Gets <c>tokens</c>, by id.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>Gets <c>scores</c>, by id; empty where the file has none.</summary>
    public IReadOnlyList<float> Scores { get; init; } = [];

    /// <summary>Gets <c>token_type</c>, by id; empty where the file has none.</summary>
    public IReadOnlyList<int> TokenTypes { get; init; } = [];

    /// <summary>Gets <c>merges</c>, in order.</summary>
    public IReadOnlyList<string> Merges { get; init; } = [];

    /// <summary>Gets <c>bos_token_id</c>.</summary>
    public int? BosToken { get; init; }

    /// <summary>Gets <c>eos_token_id</c>.</summary>
    public int? EosToken { get; init; }

    /// <summary>Gets <c>unknown_token_id</c>.</summary>
    public int? UnknownToken { get; init; }

    /// <summary>Gets <c>seperator_token_id</c> (the format's own spelling).</summary>
    public int? SeparatorToken { get; init; }

    /// <summary>Gets other ids after which generation ends: <c>eot_token_id</c>, <c>eom_token_id</c>.</summary>
    public IReadOnlyList<int> EndOfTurnTokens { get; init; } = [];

    /// <summary>Gets <c>add_bos_token</c>; <see langword="null"/> where the file does not say.</summary>
    public bool? AddsBos { get; init; }

    /// <summary>Gets <c>add_eos_token</c>; <see langword="null"/> where the file does not say.</summary>
    public bool? AddsEos { get; init; }

    /// <summary>Gets <c>add_sep_token</c>; <see langword="null"/> where the file does not say.</summary>
    public bool? AddsSeparator { get; init; }

    /// <summary>Gets <c>add_space_prefix</c>; <see langword="null"/> where the file does not say.</summary>
    public bool? AddsSpacePrefix { get; init; }

    /// <summary>Gets <c>remove_extra_whitespaces</c>; <see langword="null"/> where the file does not say.</summary>
    public bool? RemovesExtraSpaces { get; init; }

    /// <summary>Gets <c>normalizer.lowercase</c>; <see langword="null"/> where the file does not say.</summary>
    public bool? MakesLowercase { get; init; }

    /// <summary>Gets <c>normalizer.strip_accents</c>; <see langword="null"/> where the file does not say: then accents go where
    /// capitals go.</summary>
    public bool? StripsAccents { get; init; }

    /// <summary>Gets <c>precompiled_charsmap</c>; empty where the file has none.</summary>
    public ReadOnlyMemory<byte> PrecompiledCharactersMap { get; init; }
}
