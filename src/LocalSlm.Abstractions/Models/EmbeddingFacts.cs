namespace LocalSlm;

/// <summary>What a model's files say about the vectors it makes.</summary>
public sealed record EmbeddingFacts
{
    /// <summary>Gets the length of a vector.</summary>
    public required int Dimensions { get; init; }

    /// <summary>Gets the most tokens of one text, those that the model adds itself included.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Gets how hidden states become one vector, or <see langword="null"/> if the files do not say.</summary>
    public EmbeddingPooling? Pooling { get; init; }

    /// <summary>Gets a value indicating whether the model itself gives one vector for each text, so that no other pooling can be
    /// chosen.</summary>
    public bool PoolsItself { get; init; }

    /// <summary>Gets a value indicating whether vectors are meant to have length 1, or <see langword="null"/> if the files do not
    /// say.</summary>
    public bool? Normalizes { get; init; }

    /// <summary>Gets the shorter lengths that the model was trained to be cut to (Matryoshka); empty if the files name none.</summary>
    public IReadOnlyList<int> MatryoshkaDimensions { get; init; } = [];

    /// <summary>Gets the texts to put before an input, by name, such as <c>query</c> and <c>document</c>.</summary>
    public IReadOnlyDictionary<string, string> Prompts { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the name of the prompt that is used where none is asked for, or <see langword="null"/> for none.</summary>
    public string? DefaultPromptName { get; init; }
}
