using LocalSlm.Models;
using Microsoft.Extensions.AI;

namespace LocalSlm.Embeddings;

/// <summary>Turns options into a request in which everything is resolved. What cannot be honoured is refused by name; nothing is
/// dropped silently.</summary>
internal sealed class EmbeddingRequestTranslator(EmbeddingModelInfo info)
{
    private static readonly EmbeddingGenerationOptions s_noOptions = new();

    // What publishers call the prompt for texts that are to be found.
    private static readonly string[] s_documentNames = ["document", "passage", "corpus"];

    /// <summary>Translates options.</summary>
    /// <param name="generator">The generator that was called, for
    /// <see cref="EmbeddingGenerationOptions.RawRepresentationFactory"/>.</param>
    /// <param name="given">The options, or <see langword="null"/>.</param>
    /// <returns>The request.</returns>
    public EmbeddingRequest Translate(IEmbeddingGenerator generator, EmbeddingGenerationOptions? given)
    {
        var options = given ?? s_noOptions;
        RefuseUnsupported(generator, options);
        var pooling = options.Pooling;
        if (pooling is not null && info.Pooling is null)
        {
            throw new NotSupportedException(
                $"EmbeddingGenerationOptions.Pooling is {pooling}, but model '{info.Name}' gives one vector for each text itself. "
                    + "Leave it out."
            );
        }

        return new EmbeddingRequest(
            Prompt(options),
            pooling ?? info.Pooling ?? EmbeddingPooling.Mean,
            options.Normalize ?? info.Normalizes,
            options.OverlongTexts ?? info.OverlongTexts,
            Dimensions(options)
        );
    }

    private void RefuseUnsupported(IEmbeddingGenerator generator, EmbeddingGenerationOptions options)
    {
        if (options.ModelId is { } model && model != info.Name)
        {
            throw new ModelNotFoundException(
                model,
                $"this generator serves '{info.Name}' alone. Leave EmbeddingGenerationOptions.ModelId out, or ask the generator of "
                    + "that model."
            );
        }

        if (options.RawRepresentationFactory?.Invoke(generator) is { } representation)
        {
            throw new NotSupportedException(
                $"EmbeddingGenerationOptions.RawRepresentationFactory gave a {representation.GetType().Name}, but LocalSlm has no "
                    + "options of its own kind. Return null for this generator; its further options are the properties of "
                    + "LocalEmbeddingOptions."
            );
        }

        if (options.KeepAlive is not null)
        {
            throw new NotSupportedException(KeepAliveValue.NotManaged("EmbeddingGenerationOptions", "generator"));
        }

        foreach (var key in options.AdditionalProperties?.Keys ?? Enumerable.Empty<string>())
        {
            if (!EmbeddingProperty.OfRequests.Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                throw new NotSupportedException(
                    $"EmbeddingGenerationOptions.AdditionalProperties[\"{key}\"] is unknown. Known are: "
                        + $"{string.Join(", ", EmbeddingProperty.OfRequests)}."
                );
            }
        }
    }

    private string Prompt(EmbeddingGenerationOptions options)
    {
        var name = options.PromptName;
        if (options.InputKind is { } kind)
        {
            if (name is not null)
            {
                throw new ArgumentException(
                    "InputKind and PromptName are both set. Set one of the two.",
                    nameof(options)
                );
            }

            return PromptOf(kind);
        }

        name ??= info.DefaultPromptName;
        return string.IsNullOrEmpty(name) ? ""
            : info.Prompts.TryGetValue(name, out var prompt) ? prompt
            : throw new ArgumentException(
                $"PromptName is '{name}', which model '{info.Name}' does not have. It has "
                    + (
                        info.Prompts.Count == 0
                            ? "no prompts; give it some with EmbeddingLoadOptions.Prompts."
                            : $"{string.Join(", ", info.Prompts.Keys)}."
                    ),
                nameof(options)
            );
    }

    private string PromptOf(EmbeddingInputKind kind)
    {
        if (kind == EmbeddingInputKind.Query)
        {
            return info.Prompts.GetValueOrDefault("query", "");
        }

        foreach (var name in s_documentNames)
        {
            if (info.Prompts.TryGetValue(name, out var prompt))
            {
                return prompt;
            }
        }

        return "";
    }

    private int Dimensions(EmbeddingGenerationOptions options)
    {
        if (options.Dimensions is not { } wanted)
        {
            return info.Dimensions;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(wanted, 1, nameof(options.Dimensions));
        var isAllowed =
            wanted == info.Dimensions
            || (wanted < info.Dimensions && (info.AllowsAnyDimensions || info.MatryoshkaDimensions.Contains(wanted)));
        return isAllowed
            ? wanted
            : throw new UnsupportedDimensionsException(info.Name, wanted, info.Dimensions, info.MatryoshkaDimensions);
    }
}
