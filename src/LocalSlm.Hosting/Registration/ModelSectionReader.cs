using LocalSlm.Hosting.Registration.Values;
using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Registration;

/// <summary>Reads the options of models. Whatever is wrong, unknown names included, is collected in words.</summary>
internal static class ModelSectionReader
{
    // Every option under its name; tests compare the names with the properties.
    private static readonly Dictionary<string, Action<ChatModelOptions, string>> s_chatOptions = new(
        StringComparer.OrdinalIgnoreCase
    )
    {
        [nameof(ChatModelOptions.Path)] = static (model, text) => model.Path = text,
        [nameof(ChatModelOptions.LoadAtStart)] = static (model, text) => model.LoadAtStart = TextValue.Boolean(text),
        [nameof(ChatModelOptions.KeepAlive)] = static (model, text) =>
            model.KeepAlive = TextValue.OptionalKeepAlive(text),
        [nameof(ChatModelOptions.MaxCacheBytes)] = static (model, text) =>
            model.MaxCacheBytes = TextValue.OptionalSize(text),
    };

    private static readonly Dictionary<string, Action<EmbeddingModelOptions, string>> s_embeddingOptions = new(
        StringComparer.OrdinalIgnoreCase
    )
    {
        [nameof(EmbeddingModelOptions.Path)] = static (model, text) => model.Path = text,
        [nameof(EmbeddingModelOptions.LoadAtStart)] = static (model, text) =>
            model.LoadAtStart = TextValue.Boolean(text),
        [nameof(EmbeddingModelOptions.KeepAlive)] = static (model, text) =>
            model.KeepAlive = TextValue.OptionalKeepAlive(text),
        [nameof(EmbeddingLoadOptions.MaxTokens)] = static (model, text) =>
            model.Embedding.MaxTokens = TextValue.OptionalInt32(text),
        [nameof(EmbeddingLoadOptions.Pooling)] = static (model, text) =>
            model.Embedding.Pooling = TextValue.OptionalChoice<EmbeddingPooling>(text),
        [nameof(EmbeddingLoadOptions.Normalize)] = static (model, text) =>
            model.Embedding.Normalize = TextValue.OptionalBoolean(text),
        [nameof(EmbeddingLoadOptions.OverlongTexts)] = static (model, text) =>
            model.Embedding.OverlongTexts = TextValue.Choice<OverlongTextPolicy>(text),
        [nameof(EmbeddingLoadOptions.SpecialTokensAreText)] = static (model, text) =>
            model.Embedding.SpecialTokensAreText = TextValue.Boolean(text),
        [nameof(EmbeddingLoadOptions.AllowAnyDimensions)] = static (model, text) =>
            model.Embedding.AllowAnyDimensions = TextValue.Boolean(text),
        [nameof(EmbeddingLoadOptions.DefaultPromptName)] = static (model, text) =>
            model.Embedding.DefaultPromptName = text,
        [nameof(EmbeddingLoadOptions.BatchTexts)] = static (model, text) =>
            model.Embedding.BatchTexts = TextValue.Int32(text),
    };

    /// <summary>Gets the names of a chat model's options.</summary>
    public static IReadOnlyList<string> ModelOptionNames { get; } = [.. s_chatOptions.Keys, .. LoadOptionTable.Names];

    /// <summary>Gets the names of an embedding model's options.</summary>
    public static IReadOnlyList<string> EmbeddingOptionNames { get; } =
    [.. s_embeddingOptions.Keys, Prompts, .. LoadOptionTable.Names];

    private static string Prompts => nameof(EmbeddingLoadOptions.Prompts);

    /// <summary>Finds the chat models of a section <c>Models</c>.</summary>
    public static IReadOnlyList<ModelSection> FindModels(IConfiguration models) =>
        ModelSection.Find(models, ModelOptionNames);

    /// <summary>Finds the embedding models of a section <c>EmbeddingModels</c>.</summary>
    public static IReadOnlyList<ModelSection> FindEmbeddingModels(IConfiguration models) =>
        ModelSection.Find(models, EmbeddingOptionNames);

    /// <summary>Reads a chat model.</summary>
    /// <param name="found">Where it stands.</param>
    /// <param name="model">Receives its options.</param>
    /// <param name="problems">Receives what was wrong.</param>
    public static void Read(ModelSection found, ChatModelOptions model, List<string> problems)
    {
        // The short form is the path alone.
        model.Path = found.Section.Value ?? model.Path;
        foreach (var entry in found.Section.GetChildren())
        {
            if (s_chatOptions.TryGetValue(entry.Key, out var set))
            {
                SectionReader.Set(entry, text => set(model, text), problems);
            }
            else
            {
                LoadOptionTable.TryRead(entry, model.Load, model.OwnLoadOptions, problems);
            }
        }

        problems.AddRange(found.Unknown.Select(static entry => SectionReader.Unknown(entry, ModelOptionNames)));
    }

    /// <summary>Reads an embedding model.</summary>
    /// <param name="found">Where it stands.</param>
    /// <param name="model">Receives its options.</param>
    /// <param name="problems">Receives what was wrong.</param>
    public static void Read(ModelSection found, EmbeddingModelOptions model, List<string> problems)
    {
        model.Path = found.Section.Value ?? model.Path;
        foreach (var entry in found.Section.GetChildren())
        {
            if (SectionReader.Is(entry, Prompts))
            {
                foreach (var prompt in entry.GetChildren())
                {
                    model.Embedding.Prompts[prompt.Key] = prompt.Value ?? "";
                }
            }
            else if (s_embeddingOptions.TryGetValue(entry.Key, out var set))
            {
                SectionReader.Set(entry, text => set(model, text), problems);
            }
            else
            {
                LoadOptionTable.TryRead(entry, model.Embedding.Load, model.OwnLoadOptions, problems);
            }
        }

        problems.AddRange(found.Unknown.Select(static entry => SectionReader.Unknown(entry, EmbeddingOptionNames)));
    }
}
