using System.Text.Json;
using LocalSlm.Tokenization.Gguf;
using LocalSlm.Tokenization.Json;
using LocalSlm.Tokenization.PostProcessing;
using LocalSlm.Tokenization.SentencePiece;

namespace LocalSlm.Tokenization;

/// <summary>Loads the tokenizer of a model's folder.</summary>
internal static class TokenizerFolder
{
    private const long MostBytes = 512L << 20;

    private static readonly string[] s_classesThatSurround =
    [
        "LlamaTokenizer",
        "CodeLlamaTokenizer",
        "GemmaTokenizer",
        "CohereTokenizer",
    ];

    /// <summary>Loads a tokenizer from tokenizer.json, else from vocab.json with merges.txt, else from tokenizer.model; names of
    /// special tokens come from tokenizer_config.json and special_tokens_map.json.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">What the model's other files tell.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ModelFileException">A file is missing or malformed.</exception>
    /// <exception cref="UnsupportedModelException">The tokenizer has a part that is not supported.</exception>
    public static ManagedTokenizer Load(string folder, TokenizerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var config = TokenizerConfig.Read(folder);
        var json = Path.Combine(folder, "tokenizer.json");
        if (File.Exists(json))
        {
            var parts = WithConfiguredSurroundings(json, TokenizerJson.Read(ReadFile(json), json), config);
            return Finish(json, parts, config, options ?? new());
        }

        var vocabulary = Path.Combine(folder, "vocab.json");
        var merges = Path.Combine(folder, "merges.txt");
        if (File.Exists(vocabulary) && File.Exists(merges))
        {
            var words = VocabularyAndMerges.Read(
                ReadFile(vocabulary),
                vocabulary,
                ReadFile(merges),
                merges,
                config.AddsPrefixSpace ?? false
            );
            return Finish(vocabulary, WithNamedTokens(words, config), config, options ?? new());
        }

        var model = Path.Combine(folder, "tokenizer.model");
        if (File.Exists(model))
        {
            var data = SentencePieceTokenizer.Read(ReadFile(model), model, config);
            return Finish(model, GgufVocabulary.BuildParts(data), config, options ?? new());
        }

        throw new ModelFileException(
            folder,
            "the folder has no tokenizer: neither tokenizer.json, nor vocab.json with merges.txt, nor tokenizer.model. Copy the tokenizer of the model there."
        );
    }

    /// <summary>Loads a tokenizer from the content of a tokenizer.json alone.</summary>
    /// <param name="utf8">The content.</param>
    /// <param name="file">What to call it in errors.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ModelFileException">The content is malformed.</exception>
    /// <exception cref="UnsupportedModelException">The tokenizer has a part that is not supported.</exception>
    public static ManagedTokenizer Parse(ReadOnlySpan<byte> utf8, string file) =>
        Build(file, TokenizerJson.Read(utf8, file));

    /// <summary>Puts BOS and EOS around texts as tokenizer_config.json says, where its class does so in transformers whatever stands in
    /// tokenizer.json (v4.56, <c>update_post_processor</c> of these classes): models that were tuned for embeddings switch EOS on
    /// there. Other classes leave the file's post-processor as it is, and so does a file without these flags.</summary>
    private static TokenizerParts WithConfiguredSurroundings(string file, TokenizerParts parts, TokenizerConfig config)
    {
        var settles =
            (config.AddsBos ?? config.AddsEos) is not null
            && config.Class is { } name
            && s_classesThatSurround.Any(start => name.StartsWith(start, StringComparison.Ordinal));
        if (!settles)
        {
            return parts;
        }

        using var template = JsonDocument.Parse(
            SurroundingTokens.Write(
                config.AddsBos ?? true ? Find(config.BosName, "bos_token") : -1,
                config.AddsEos ?? false ? Find(config.EosName, "eos_token") : -1
            )
        );
        return parts with { PostProcessor = PostProcessorJson.Read(template.RootElement, file, parts.Model.GetName) };

        int Find(string? token, string property)
        {
            if (token is not null && parts.Model.TryGetId(token, out var id))
            {
                return id;
            }

            return parts.AddedTokens.FirstOrDefault(added => added.Content == token)?.Id
                ?? throw new ModelFileException(
                    file,
                    $"tokenizer_config.json adds its {property} to every text, but the tokenizer has no token '{token}'."
                );
        }
    }

    /// <summary>Makes tokens of the names that tokenizer_config.json gives to entries: vocab.json marks none of them.</summary>
    private static TokenizerParts WithNamedTokens(TokenizerParts parts, TokenizerConfig config)
    {
        var listed = config.AddedTokens.Select(token => token.Content).ToHashSet(StringComparer.Ordinal);
        var named = new[] { config.BosName, config.EosName, config.UnknownName }
            .OfType<string>()
            .Distinct()
            .Where(name => !listed.Contains(name) && parts.Model.TryGetId(name, out _));
        return parts with
        {
            AddedTokens =
            [
                .. named.Select(name => new AddedToken
                {
                    Id = parts.Model.TryGetId(name, out var id) ? id : -1,
                    Content = name,
                    IsSpecial = true,
                }),
            ],
        };
    }

    private static ManagedTokenizer Finish(
        string file,
        TokenizerParts parts,
        TokenizerConfig config,
        TokenizerOptions options
    )
    {
        var known = parts.AddedTokens.Select(token => token.Content).ToHashSet(StringComparer.Ordinal);
        parts = parts with
        {
            AddedTokens = AddedTokenIds.Settle(
                file,
                [.. parts.AddedTokens, .. config.AddedTokens.Where(token => !known.Contains(token.Content))],
                parts.Model
            ),
            BosText = config.BosName ?? parts.BosText,
            EosText = config.EosName ?? parts.EosText,
            LeastIdCount = Math.Min(options.LogitCount, Utf8Vocabulary.HighestId),
        };
        var ends = parts
            .AddedTokens.Where(token =>
                token.Content == config.EosName || (token.IsSpecial && EndOfTurnNames.Contains(token.Content))
            )
            .Select(token => token.Id)
            .Concat(options.EndOfGenerationTokens)
            .Concat(parts.EndOfGeneration);
        if (config.EosName is { } eos && parts.Model.TryGetId(eos, out var id))
        {
            ends = ends.Append(id);
        }

        return Build(file, parts with { EndOfGeneration = [.. ends] });
    }

    private static ManagedTokenizer Build(string file, TokenizerParts parts)
    {
        try
        {
            return new ManagedTokenizer(parts);
        }
        catch (FormatException error)
        {
            throw new ModelFileException(file, error.Message, null, error);
        }
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= MostBytes
                ? File.ReadAllBytes(path)
                : throw new ModelFileException(path, $"it has {length} bytes; the limit is {MostBytes}.");
        }
        catch (IOException error)
        {
            throw new ModelFileException(path, error.Message, null, error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new ModelFileException(path, error.Message, null, error);
        }
    }
}
