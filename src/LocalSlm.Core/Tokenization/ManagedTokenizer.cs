using System.Buffers;
using System.Runtime.InteropServices;

namespace LocalSlm.Tokenization;

/// <summary>A tokenizer put together from parts. Safe for concurrent use.</summary>
internal sealed class ManagedTokenizer : ITokenizer
{
    private readonly TokenizerParts _parts;
    private readonly TextEncoder _encoder;
    private readonly TokenSpelling _spelling;
    private readonly Dictionary<string, AddedToken> _addedByContent = new(StringComparer.Ordinal);
    private readonly Dictionary<int, AddedToken> _addedById = [];
    private readonly HashSet<int> _endOfGeneration;
    private readonly int[] _prefix;
    private readonly int[] _suffix;

    /// <summary>Makes a tokenizer.</summary>
    /// <param name="parts">Its parts.</param>
    /// <exception cref="FormatException">The parts contradict each other.</exception>
    public ManagedTokenizer(TokenizerParts parts)
    {
        _parts = parts;
        var count = Math.Max(parts.Model.IdCount, parts.LeastIdCount);
        foreach (var token in parts.AddedTokens)
        {
            _addedByContent.TryAdd(token.Content, token);
            _addedById[token.Id] = token;
            count = Math.Max(count, token.Id + 1);
        }

        VocabularySize = count;
        _encoder = new TextEncoder(parts);
        _spelling = new TokenSpelling(parts, GetNameOrNull, IsControl, count);
        _endOfGeneration = [.. parts.EndOfGeneration.Where(token => token >= 0 && token < count)];
        EndOfGenerationTokens = [.. _endOfGeneration.Order()];
        (_prefix, _suffix) = FindAround(parts.PostProcessor);
        AddsSpaceBeforeText = RemovesFirstSpace(parts.Decoder);
    }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public string BosText => _parts.BosText;

    /// <inheritdoc/>
    public string EosText => _parts.EosText;

    /// <inheritdoc/>
    public IReadOnlyList<int> EndOfGenerationTokens { get; }

    /// <inheritdoc/>
    /// <remarks>It does where the file's decoder takes that space away again.</remarks>
    public bool AddsSpaceBeforeText { get; }

    /// <summary>Gets how many tokens the file itself cuts texts to, if it does.</summary>
    public int? TruncationTokens => _parts.TruncationTokens;

    /// <summary>Gets how many tokens are put around a single text.</summary>
    public int AddedAroundText => _prefix.Length + _suffix.Length;

    /// <inheritdoc/>
    /// <remarks>Surrogates without a partner are read as U+FFFD.</remarks>
    public void Encode(IReadOnlyList<PromptSpan> prompt, bool addSpecialTokens, List<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(tokens);
        if (addSpecialTokens)
        {
            tokens.AddRange(_prefix);
        }

        if (prompt.Count == 1)
        {
            var text = prompt[0].Text;
            _encoder.Encode(text, prompt[0].IsControl || text.Length == 0 ? null : (_, _) => true, tokens);
        }
        else
        {
            EncodeSpans(prompt, tokens);
        }

        if (addSpecialTokens)
        {
            tokens.AddRange(_suffix);
        }
    }

    /// <summary>Encodes a text of which all is trusted, so that special tokens match in it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">Whether to add what the model wants around every text.</param>
    /// <param name="tokens">Receives the ids, appended.</param>
    public void Encode(ReadOnlySpan<char> text, bool addSpecialTokens, List<int> tokens)
    {
        if (addSpecialTokens)
        {
            tokens.AddRange(_prefix);
        }

        _encoder.Encode(text, null, tokens);
        if (addSpecialTokens)
        {
            tokens.AddRange(_suffix);
        }
    }

    /// <summary>Encodes a text, or a pair, with offsets. Special tokens match in it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pair">The second text, if there are two.</param>
    /// <param name="addSpecialTokens">Whether to add what the model wants around every text.</param>
    /// <returns>The tokens.</returns>
    public Encoding EncodeWithOffsets(string text, string? pair = null, bool addSpecialTokens = true)
    {
        var first = _encoder.EncodeWithOffsets(text, 0);
        var second = pair is null ? null : _encoder.EncodeWithOffsets(pair, 1);
        if (_parts.PostProcessor is { } processor)
        {
            processor.Process(first, second, addSpecialTokens);
        }
        else if (second is not null)
        {
            first.Ids.AddRange(second.Ids);
            first.Offsets.AddRange(second.Offsets);
            first.TypeIds.AddRange(second.TypeIds);
            first.SpecialMask.AddRange(second.SpecialMask);
            first.Texts.AddRange(second.Texts);
        }

        return first;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// What a token stands for within a text. The decoder of a file may treat the first token of a text otherwise: vocabularies
    /// that mark word starts lose the space before the first word (<see cref="AddsSpaceBeforeText"/>), and WordPiece has none
    /// there; joined bytes equal <see cref="Decode"/> but for that one space. Tokens without a place in text (control tokens, ids
    /// without an entry) are empty here, as they are in <see cref="Decode"/> when special tokens are skipped.
    /// </remarks>
    public ReadOnlySpan<byte> GetBytes(int token)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)VocabularySize, nameof(token));
        return _spelling.GetBytes(token);
    }

    /// <inheritdoc/>
    public string GetName(int token)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)VocabularySize, nameof(token));
        return GetNameOrNull(token) ?? string.Empty;
    }

    /// <summary>Finds a token by its name.</summary>
    /// <param name="name">The name, as the vocabulary spells it.</param>
    /// <param name="token">Its id.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGetToken(string name, out int token)
    {
        if (_addedByContent.TryGetValue(name, out var added))
        {
            token = added.Id;
            return true;
        }

        return _parts.Model.TryGetId(name, out token);
    }

    /// <inheritdoc/>
    public bool IsControl(int token) =>
        _addedById.TryGetValue(token, out var added) ? added.IsSpecial : _parts.Model.GetName(token) is null;

    /// <inheritdoc/>
    public bool IsEndOfGeneration(int token) => _endOfGeneration.Contains(token);

    /// <summary>Makes text of tokens as the file's own decoder does. Ids without an entry are left out.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    /// <returns>The text; bytes that are no character are U+FFFD.</returns>
    public string Decode(ReadOnlySpan<int> tokens, bool skipSpecialTokens)
    {
        var names = new List<string>(tokens.Length);
        foreach (var token in tokens)
        {
            if (token < 0 || GetNameOrNull(token) is not { } name)
            {
                continue;
            }

            // The reference goes by the name: a name that is special anywhere is special.
            if (!skipSpecialTokens || !(_addedByContent.TryGetValue(name, out var added) && added.IsSpecial))
            {
                names.Add(name);
            }
        }

        if (_parts.Decoder is null)
        {
            return string.Join(' ', names);
        }

        _parts.Decoder.Decode(names);
        return string.Concat(names);
    }

    /// <summary>Starts to make text of tokens that arrive one by one.</summary>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    /// <returns>A decoder for one text.</returns>
    public StreamingDecoder CreateStreamingDecoder(bool skipSpecialTokens) => new(this, skipSpecialTokens);

    private string? GetNameOrNull(int token) =>
        _addedById.TryGetValue(token, out var added) ? added.Content : _parts.Model.GetName(token);

    private void EncodeSpans(IReadOnlyList<PromptSpan> prompt, List<int> tokens)
    {
        var length = prompt.Sum(span => span.Text.Length);
        var buffer = ArrayPool<char>.Shared.Rent(length);
        try
        {
            var caller = new CallerParts();
            var at = 0;
            foreach (var (text, isControl) in prompt)
            {
                text.CopyTo(buffer.AsSpan(at));
                if (!isControl)
                {
                    caller.Add(at, at + text.Length);
                }

                at += text.Length;
            }

            _encoder.Encode(buffer.AsSpan(0, length), caller.IsEmpty ? null : caller.Touches, tokens);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    private static bool RemovesFirstSpace(ITokenTextDecoder? decoder)
    {
        if (decoder is null)
        {
            return false;
        }

        List<string> names = ["\u2581a", "\u2581a"];
        decoder.Decode(names);
        return string.Concat(names) == "a a";
    }

    /// <summary>Finds what is put around a text by having it put around a token that no file has.</summary>
    private static (int[] Prefix, int[] Suffix) FindAround(IPostProcessor? processor)
    {
        if (processor is null)
        {
            return ([], []);
        }

        var probe = new Encoding();
        probe.Ids.Add(-1);
        probe.Offsets.Add(0..0);
        probe.TypeIds.Add(0);
        probe.SpecialMask.Add(false);
        processor.Process(probe, null, addSpecialTokens: true);
        var ids = CollectionsMarshal.AsSpan(probe.Ids);
        var middle = ids.IndexOf(-1);
        return middle < 0
            ? throw new FormatException("The post-processor leaves out the text itself.")
            : (ids[..middle].ToArray(), ids[(middle + 1)..].ToArray());
    }
}
