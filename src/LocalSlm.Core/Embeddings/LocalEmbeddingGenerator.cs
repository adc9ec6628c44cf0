using System.Numerics.Tensors;
using LocalSlm.Chat;
using LocalSlm.Embeddings;
using Microsoft.Extensions.AI;

namespace LocalSlm;

/// <summary>Makes vectors with a model that runs in this process.</summary>
/// <remarks>
/// Safe for concurrent use; texts of requests that come at the same time are computed together. Every option is honoured, or refused
/// by name. <c>docs/guide/embeddings.md</c> lists them; <see cref="LocalEmbeddingOptions"/> and <see cref="LocalEmbeddingResult"/>
/// hold what goes beyond Microsoft.Extensions.AI.
/// <para>A generator of a shared model may be disposed by whoever got it: that does nothing. A generator that loaded its model
/// itself unloads it when disposed.</para>
/// </remarks>
public sealed class LocalEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>, IAsyncDisposable
{
    /// <summary>Texts longer than this together are tokenised on another thread than the caller's.</summary>
    private const int QuickCharacters = 16 * 1024;

    private readonly EmbeddingModelServices _services;
    private readonly EmbeddingRequestTranslator _translator;
    private readonly EmbeddingGeneratorMetadata _metadata;
    private readonly IAsyncDisposable? _owned;

    /// <summary>Creates a generator.</summary>
    /// <param name="services">The model.</param>
    /// <param name="owned">What to dispose with the generator, an <see cref="IDisposable"/> too; <see langword="null"/> if the
    /// model is shared.</param>
    internal LocalEmbeddingGenerator(EmbeddingModelServices services, IAsyncDisposable? owned = null)
    {
        _services = services;
        _owned = owned;
        _translator = new EmbeddingRequestTranslator(services.Info);
        _metadata = new EmbeddingGeneratorMetadata(
            "localslm",
            defaultModelId: services.Info.Name,
            defaultModelDimensions: services.Info.Dimensions
        );
    }

    /// <inheritdoc/>
    /// <remarks>No text gives no vectors. An empty text is a text: its vector is that of what the model puts around it. Text that
    /// is not valid Unicode (a lone surrogate) is refused. The name of a special token in a text is that token, unless the model was loaded with
    /// <see cref="EmbeddingLoadOptions.SpecialTokensAreText"/>.</remarks>
    /// <exception cref="ArgumentException">A text is <see langword="null"/>, or not valid Unicode, or gives no tokens; or an option
    /// has a wrong value.</exception>
    /// <exception cref="NotSupportedException">An option is not supported; the message names it.</exception>
    /// <exception cref="TextTooLongException">A text is longer than the model takes, and such texts are refused.</exception>
    /// <exception cref="UnsupportedDimensionsException">The model does not make vectors of this length.</exception>
    /// <exception cref="ModelNotFoundException"><see cref="EmbeddingGenerationOptions.ModelId"/> names another model.</exception>
    /// <exception cref="QueueFullException">Too many requests wait.</exception>
    /// <exception cref="ModelUnloadedException">The model was unloaded.</exception>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(values);
        var request = _translator.Translate(this, options);
        var texts = Check(values, out var characters);
        cancellationToken.ThrowIfCancellationRequested();
        if (texts.Count == 0)
        {
            return new GeneratedEmbeddings<Embedding<float>>
            {
                Usage = new UsageDetails { InputTokenCount = 0, TotalTokenCount = 0 },
            };
        }

        if (characters > QuickCharacters)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        var encoded = Encode(texts, request, cancellationToken);
        if (encoded.Report is { } report)
        {
            EmbeddingLog.OverlongTexts(
                _services.Logger,
                _services.Info.Name,
                encoded.FullLengths.Count,
                _services.Info.MaxTokens,
                report.DroppedTokens
            );
        }

        var vectors = await _services
            .Engine.EmbedAsync(encoded.Items, request.Pooling, cancellationToken)
            .ConfigureAwait(false);
        return Assemble(texts.Count, vectors, encoded, request);
    }

    /// <summary>Counts the tokens of a text exactly, as they would be computed for it, without its end being cut.</summary>
    /// <param name="text">The text.</param>
    /// <param name="options">The options, or <see langword="null"/>: the prompt counts.</param>
    /// <returns>The tokens, those that the model adds itself included.</returns>
    /// <exception cref="ArgumentException">The text is not valid Unicode, or an option has a wrong value.</exception>
    /// <exception cref="NotSupportedException">An option is not supported; the message names it.</exception>
    /// <exception cref="ModelUnloadedException">The model was unloaded.</exception>
    public int CountTokens(string text, EmbeddingGenerationOptions? options = null)
    {
        var request = _translator.Translate(this, options) with { OverlongTexts = OverlongTextPolicy.Truncate };
        var encoded = Encode(Check([text], out _), request, CancellationToken.None);
        return encoded.FullLengths.GetValueOrDefault(0, (int)encoded.Tokens);
    }

    /// <inheritdoc/>
    /// <remarks>Gives <see cref="EmbeddingGeneratorMetadata"/>, <see cref="EmbeddingModelInfo"/>, <see cref="EmbeddingStatistics"/>
    /// (the figures of this moment), <see cref="ITokenizer"/>, and the generator itself.</remarks>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType == typeof(EmbeddingModelInfo) ? _services.Info
            : serviceType == typeof(EmbeddingStatistics) ? _services.Engine.Statistics
            : serviceType == typeof(ITokenizer) ? _services.Tokenizer
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Unloads the model if this generator loaded it; otherwise does nothing.</summary>
    public void Dispose() => (_owned as IDisposable)?.Dispose();

    /// <summary>Unloads the model if this generator loaded it; otherwise does nothing.</summary>
    /// <returns>A task that ends when the model is unloaded.</returns>
    public ValueTask DisposeAsync() => _owned?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static List<string> Check(IEnumerable<string> values, out long characters)
    {
        List<string> texts = [.. values];
        characters = 0;
        for (var index = 0; index < texts.Count; index++)
        {
            if (texts[index] is not { } text)
            {
                throw new ArgumentException(
                    $"Text {index} is null. Leave it out, or send an empty one.",
                    nameof(values)
                );
            }

            TextGuard.ThrowIfNotUnicode(text, $"Text {index}");
            characters += text.Length;
        }

        return texts;
    }

    private EncodedTexts Encode(
        IReadOnlyList<string> texts,
        EmbeddingRequest request,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return _services.Encoder.Encode(texts, request.Prompt, request.OverlongTexts, cancellationToken);
        }
        catch (ObjectDisposedException)
        {
            // The tokenizer went away with its model.
            throw new ModelUnloadedException(_services.Info.Name);
        }
    }

    private GeneratedEmbeddings<Embedding<float>> Assemble(
        int texts,
        float[][] vectors,
        EncodedTexts encoded,
        EmbeddingRequest request
    )
    {
        var created = _services.Clock.GetUtcNow();
        var result = new GeneratedEmbeddings<Embedding<float>>(texts)
        {
            Usage = new UsageDetails { InputTokenCount = encoded.Tokens, TotalTokenCount = encoded.Tokens },
        };
        if (encoded.Report is { } report)
        {
            result.AdditionalProperties = new()
            {
                [EmbeddingProperty.TruncatedTexts] = report.TruncatedTexts,
                [EmbeddingProperty.DroppedTokens] = report.DroppedTokens,
                [EmbeddingProperty.ChunkedTexts] = report.ChunkedTexts,
                [EmbeddingProperty.Chunks] = report.Chunks,
            };
        }

        for (var item = 0; item < vectors.Length; )
        {
            var text = encoded.Items[item].Text;
            var end = item + 1;
            while (end < vectors.Length && encoded.Items[end].Text == text)
            {
                end++;
            }

            var vector = Finish(vectors.AsSpan(item, end - item), encoded.Items, item, request);
            item = end;
            var embedding = new Embedding<float>(vector) { ModelId = _services.Info.Name, CreatedAt = created };
            if (encoded.FullLengths.TryGetValue(text, out var length))
            {
                embedding.AdditionalProperties = new() { [EmbeddingProperty.FullTokens] = length };
            }

            result.Add(embedding);
        }

        return result;
    }

    /// <summary>Makes one vector of those of a text's parts, cut and normalised.</summary>
    private static float[] Finish(
        ReadOnlySpan<float[]> parts,
        IReadOnlyList<EmbeddingItem> items,
        int first,
        EmbeddingRequest request
    )
    {
        var vector = parts[0];
        if (parts.Length > 1)
        {
            vector = new float[parts[0].Length];
            var total = 0;
            for (var i = 0; i < parts.Length; i++)
            {
                var tokens = items[first + i].Tokens.Length;
                total += tokens;
                if (request.Normalizes)
                {
                    VectorLength.Normalize(parts[i]);
                }

                TensorPrimitives.MultiplyAdd<float>(parts[i], tokens, vector, vector);
            }

            TensorPrimitives.Divide(vector, total, vector);
        }

        if (request.Dimensions < vector.Length)
        {
            vector = vector[..request.Dimensions];
        }

        if (request.Normalizes)
        {
            VectorLength.Normalize(vector);
        }

        return vector;
    }
}
