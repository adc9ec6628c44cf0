using System.Diagnostics.CodeAnalysis;
using LocalSlm.Embeddings;
using LocalSlm.Models;
using Microsoft.Extensions.AI;

namespace LocalSlm;

/// <summary>What a request for vectors can say beyond <see cref="EmbeddingGenerationOptions"/>, as properties of it.</summary>
/// <remarks>
/// Every value is kept in <see cref="EmbeddingGenerationOptions.AdditionalProperties"/>, under the name given at the property, as
/// a plain JSON value: caching middleware sees it, and a request that was read from JSON works as well. Setting
/// <see langword="null"/> removes it. Values are checked when the request is made; keys that LocalSlm does not know are refused.
/// </remarks>
[SuppressMessage(
    "Design",
    "CA1034:Nested types should not be visible",
    Justification = "The analyzer takes an extension block for a nested type."
)]
public static class LocalEmbeddingOptions
{
    extension(EmbeddingGenerationOptions options)
    {
        /// <summary>Gets or sets what the texts are embedded for (<c>input_kind</c>: <c>query</c>, <c>document</c>). The model's
        /// prompt of that name is put before each; a model that has none for it takes the text as it is.</summary>
        /// <value>Default: the model's default prompt, which most models do not have.</value>
        public EmbeddingInputKind? InputKind
        {
            get => EmbeddingPropertyReader.InputKind(options);
            set => EmbeddingPropertyReader.SetInputKind(options, value);
        }

        /// <summary>Gets or sets the name of the prompt to put before each text (<c>prompt_name</c>). Names that the model does
        /// not have are refused.</summary>
        /// <value>A name of <see cref="EmbeddingModelInfo.Prompts"/>; empty for no prompt, not even the model's default one.
        /// Default: none is named.</value>
        public string? PromptName
        {
            get => EmbeddingPropertyReader.PromptName(options);
            set => EmbeddingPropertyReader.Set(options, EmbeddingProperty.PromptName, value);
        }

        /// <summary>Gets or sets how hidden states become one vector (<c>pooling</c>: <c>mean</c>, <c>first_token</c>,
        /// <c>last_token</c>). Refused by models that give one vector for each text themselves.</summary>
        /// <value>Default: as the model was loaded.</value>
        public EmbeddingPooling? Pooling
        {
            get => EmbeddingPropertyReader.Pooling(options);
            set => EmbeddingPropertyReader.SetPooling(options, value);
        }

        /// <summary>Gets or sets whether vectors are brought to length 1 (<c>normalize</c>).</summary>
        /// <value>Default: as the model was loaded.</value>
        public bool? Normalize
        {
            get => EmbeddingPropertyReader.Normalize(options);
            set => EmbeddingPropertyReader.Set(options, EmbeddingProperty.Normalize, value);
        }

        /// <summary>Gets or sets what happens to texts that are too long (<c>overlong_texts</c>: <c>error</c>, <c>truncate</c>,
        /// <c>average_chunks</c>).</summary>
        /// <value>Default: as the model was loaded, which is to refuse them if nothing was said.</value>
        public OverlongTextPolicy? OverlongTexts
        {
            get => EmbeddingPropertyReader.OverlongTexts(options);
            set => EmbeddingPropertyReader.SetOverlongTexts(options, value);
        }

        /// <summary>Gets or sets how long the model stays loaded after this request, and after later ones that do not say
        /// (<c>keep_alive</c>: seconds as a number, or text such as <c>10m</c> or <c>1h30m</c>; below 0 for ever). Honoured by the
        /// generators of a host, which unloads models; refused by a generator that holds its model itself.</summary>
        /// <value><see cref="TimeSpan.Zero"/>: it is unloaded at once, if no other request uses it;
        /// <see cref="Timeout.InfiniteTimeSpan"/>: it stays. Default: as it was configured, or as an earlier request said.</value>
        /// <exception cref="ArgumentOutOfRangeException">Negative, but not infinite.</exception>
        public TimeSpan? KeepAlive
        {
            get => EmbeddingPropertyReader.KeepAlive(options);
            set => EmbeddingPropertyReader.Set(options, EmbeddingProperty.KeepAlive, KeepAliveValue.Write(value));
        }
    }
}
