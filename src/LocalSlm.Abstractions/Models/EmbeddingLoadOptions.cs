namespace LocalSlm;

/// <summary>How an embedding model is loaded and how it makes vectors. Not safe for concurrent change; loading works on a copy.</summary>
/// <remarks>The files of a model win over the defaults, and what is set here wins over the files. What it all resolved to can be
/// read from <see cref="EmbeddingModelInfo"/>.</remarks>
public sealed class EmbeddingLoadOptions
{
    /// <summary>The most texts of one native step that can be asked for.</summary>
    public const int MostBatchTexts = 256;

    private static readonly ModelLoadOptions s_defaults = new();

    /// <summary>Gets how the runtime loads the model: threads, devices, memory, the queue.</summary>
    /// <value>The options that concern conversations alone are refused by name when the model is loaded; see
    /// <see cref="FindConflicts"/>. <see cref="ModelLoadOptions.BatchTokens"/> counts the tokens of all texts that are computed
    /// together; one text alone may be longer.</value>
    public ModelLoadOptions Load { get; private set; } = new();

    /// <summary>Gets or sets the most tokens of one text, those that the model adds itself included.</summary>
    /// <value>Tokens, 8 or more, at most what the model takes. <see langword="null"/> (default): what the model's files say, at
    /// most 8,192.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 8.</exception>
    public int? MaxTokens
    {
        get;
        set
        {
            if (value is { } tokens)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 8, nameof(value));
            }

            field = value;
        }
    }

    /// <summary>Gets or sets how hidden states become one vector.</summary>
    /// <value><see langword="null"/> (default): as the model's files say; where they do not, the mean.</value>
    public EmbeddingPooling? Pooling { get; set; }

    /// <summary>Gets or sets whether vectors are brought to length 1, so that their dot product is the cosine.</summary>
    /// <value><see langword="null"/> (default): as the model's files say; where they do not, they are.</value>
    public bool? Normalize { get; set; }

    /// <summary>Gets or sets what happens to a text that is too long, where the request does not say.</summary>
    /// <value>Default <see cref="OverlongTextPolicy.Error"/>.</value>
    public OverlongTextPolicy OverlongTexts { get; set; } = OverlongTextPolicy.Error;

    /// <summary>Gets or sets a value indicating whether the name of a special token in a text, such as <c>[SEP]</c>, is plain
    /// text.</summary>
    /// <value>Default <see langword="false"/>: it is the special token, as in the software that models are trained with, so that
    /// vectors are the same as there. A text can so change its own vector, and nothing else.</value>
    public bool SpecialTokensAreText { get; set; }

    /// <summary>Gets or sets a value indicating whether requests may ask for any number of dimensions up to the model's, even if
    /// its files name none that it was trained to be cut to (Matryoshka).</summary>
    /// <value>Default <see langword="false"/>: vectors of a model that was not trained for it lose their meaning when they are
    /// cut.</value>
    public bool AllowAnyDimensions { get; set; }

    /// <summary>Gets the texts to put before an input, by name, such as <c>query</c> and <c>document</c>. They are added to those
    /// of the model's files and win over them.</summary>
    public IDictionary<string, string> Prompts { get; private set; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gets or sets the name of the prompt for requests that ask for none.</summary>
    /// <value>A name of <see cref="Prompts"/> or of the model's files; empty for none. <see langword="null"/> (default): as the
    /// model's files say.</value>
    public string? DefaultPromptName { get; set; }

    /// <summary>Gets or sets the most texts that are computed together.</summary>
    /// <value>1 to 256; default 64.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 1 to 256.</exception>
    public int BatchTexts
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MostBatchTexts);
            field = value;
        }
    } = 64;

    /// <summary>Finds options that contradict each other, and options of <see cref="Load"/> that mean nothing to an embedding
    /// model. Loading refuses them.</summary>
    /// <returns>A sentence for each, with values and limits; empty if there is none.</returns>
    public IReadOnlyList<string> FindConflicts()
    {
        var conflicts = new List<string>();
        Refuse(nameof(Load.ContextTokens), Load.ContextTokens is null, "set MaxTokens");
        Refuse(nameof(Load.CacheTokens), Load.CacheTokens is null, "no text is kept");
        Refuse(
            nameof(Load.MaxConcurrentReplies),
            Load.MaxConcurrentReplies == s_defaults.MaxConcurrentReplies,
            "set BatchTexts"
        );
        Refuse(
            nameof(Load.CachedConversations),
            Load.CachedConversations == s_defaults.CachedConversations,
            "no text is kept"
        );
        Refuse(
            nameof(Load.ReplyBufferUpdates),
            Load.ReplyBufferUpdates == s_defaults.ReplyBufferUpdates,
            "vectors are not streamed"
        );
        Refuse(
            nameof(Load.StalledReaderTimeout),
            Load.StalledReaderTimeout == s_defaults.StalledReaderTimeout,
            "vectors are not streamed"
        );
        Refuse(nameof(Load.KvCacheType), Load.KvCacheType == s_defaults.KvCacheType, "no text is kept");
        Refuse(nameof(Load.KvCacheLayout), Load.KvCacheLayout == s_defaults.KvCacheLayout, "no text is kept");
        Refuse(
            nameof(Load.PrefillChunkTokens),
            Load.PrefillChunkTokens == s_defaults.PrefillChunkTokens,
            "set BatchTokens"
        );
        Refuse(nameof(Load.ChatTemplate), Load.ChatTemplate is null, "set Prompts");
        Refuse(nameof(Load.ChatTemplateName), Load.ChatTemplateName is null, "set Prompts");
        Refuse(nameof(Load.ToolFormat), Load.ToolFormat is null, "leave it out");
        Refuse(nameof(Load.ChatTemplateVariables), Load.ChatTemplateVariables.Count == 0, "set Prompts");
        return conflicts;

        void Refuse(string name, bool isDefault, string instead)
        {
            if (!isDefault)
            {
                conflicts.Add($"{name} means nothing to an embedding model: {instead}.");
            }
        }
    }

    /// <summary>Makes a copy that later changes do not reach.</summary>
    /// <returns>The copy.</returns>
    public EmbeddingLoadOptions Clone()
    {
        var copy = (EmbeddingLoadOptions)MemberwiseClone();
        copy.Load = Load.Clone();
        copy.Prompts = new Dictionary<string, string>(Prompts, StringComparer.Ordinal);
        return copy;
    }
}
