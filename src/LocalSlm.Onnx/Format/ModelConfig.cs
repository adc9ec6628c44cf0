namespace LocalSlm.Onnx.Format;

/// <summary>What the config of either layout says about a model, in one form. What it does not say is
/// <see langword="null"/>.</summary>
internal sealed record ModelConfig
{
    /// <summary>Gets the file, for messages.</summary>
    public required string Path { get; init; }

    public required string Architecture { get; init; }

    public string? Name { get; init; }

    public int? Vocabulary { get; init; }

    public int? Context { get; init; }

    public int? Layers { get; init; }

    public int? Heads { get; init; }

    public int? KeyValueHeads { get; init; }

    public int? HeadSize { get; init; }

    public int? HiddenSize { get; init; }

    public int? SlidingWindow { get; init; }

    public static ModelConfig From(GenAiConfig config) =>
        new()
        {
            Path = config.Path,
            Architecture = config.Type,
            Vocabulary = config.Vocabulary,
            Context = config.Context,
            Layers = config.Layers,
            Heads = config.Heads,
            KeyValueHeads = config.KeyValueHeads ?? config.Heads,
            HeadSize = config.HeadSize ?? Width(config.HiddenSize, config.Heads),
            HiddenSize = config.HiddenSize,
            SlidingWindow = config.SlidingWindow,
        };

    public static ModelConfig From(TransformersConfig config) =>
        new()
        {
            Path = config.Path,
            Architecture = config.ModelType,
            Name = config.Name,
            Vocabulary = config.Vocabulary,
            Context = config.Context,
            Layers = config.Layers,
            Heads = config.Heads,
            KeyValueHeads = config.KeyValueHeads ?? config.Heads,
            HeadSize = config.HeadSize ?? Width(config.HiddenSize, config.Heads),
            HiddenSize = config.HiddenSize,
            SlidingWindow = config.SlidingWindow,
        };

    private static int? Width(int? hidden, int? heads) =>
        hidden is { } width && heads is { } count && width % count == 0 ? width / count : null;
}
