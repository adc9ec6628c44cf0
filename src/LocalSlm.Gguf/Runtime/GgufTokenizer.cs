using System.Buffers;
using System.Runtime.InteropServices;
using LocalSlm.Gguf.Interop;

namespace LocalSlm.Gguf.Runtime;

/// <summary>Tokenises on llama.cpp, but looks for special tokens itself, so that what a caller typed never becomes one.</summary>
internal sealed class GgufTokenizer : ITokenizer
{
    private const int SentencePieceKind = 1; // LLAMA_VOCAB_TYPE_SPM
    private const int BytePairKind = 2; // LLAMA_VOCAB_TYPE_BPE
    private const int WordPieceKind = 3; // LLAMA_VOCAB_TYPE_WPM

    private readonly VocabularyReader _vocabulary;
    private readonly TokenTable _table;
    private readonly SpecialTokenIndex _special;
    private readonly int[] _prefix;
    private readonly int[] _suffix;
    private readonly bool _breaksStretches;

    /// <summary>The ids of a line feed where each call of the native tokenizer puts a space before its text; else empty.</summary>
    private readonly int[] _lineFeed;

    public GgufTokenizer(ModelHandle model)
    {
        _vocabulary = new VocabularyReader(model);
        _table = new TokenTable(_vocabulary);
        _special = new SpecialTokenIndex(
            Enumerable
                .Range(0, _table.Count)
                .Where(token => SpecialToken.IsSpecial(_table.GetAttributes(token)))
                .Select(token => SpecialToken.From(token, _vocabulary.GetTextBytes(token), _table.GetAttributes(token)))
                .OfType<SpecialToken>()
        );
        BosText = TextOf(_vocabulary.BeginOfSequence);
        EosText = TextOf(_vocabulary.EndOfSequence);

        // What the model wants around every text is what it puts around none.
        var around = Tokenize([], addSpecial: true);
        var first = around.Length > 0 && (_vocabulary.AddsBeginOfSequence || _vocabulary.Kind == WordPieceKind) ? 1 : 0;
        _prefix = around[..first];
        _suffix = around[first..];
        _breaksStretches = _vocabulary.Kind == BytePairKind;
        _lineFeed = AddsSpace() ? Tokenize("\n"u8, addSpecial: false) : [];
    }

    public int VocabularySize => _table.Count;

    public string BosText { get; }

    public string EosText { get; }

    public bool AddsSpaceBeforeText => _lineFeed.Length > 0;

    public IReadOnlyList<int> EndOfGenerationTokens => _table.EndOfGeneration;

    /// <inheritdoc/>
    /// <remarks>Surrogates without a partner are read as U+FFFD. NUL characters are text.</remarks>
    public void Encode(IReadOnlyList<PromptSpan> prompt, bool addSpecialTokens, List<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(tokens);
        var bytes = new PromptBytes(prompt);
        var present = _special.FindIn(bytes.Text);
        if (addSpecialTokens)
        {
            tokens.AddRange(_prefix);
        }

        foreach (var fragment in PromptPartition.Cut(bytes, present))
        {
            if (fragment.IsText)
            {
                EncodeText(bytes.Text.Slice(fragment.Start, fragment.Length), present, tokens);
            }
            else
            {
                tokens.Add(fragment.Token);
            }
        }

        if (addSpecialTokens)
        {
            tokens.AddRange(_suffix);
        }
    }

    public ReadOnlySpan<byte> GetBytes(int token) => _table.GetBytes(token);

    public string GetName(int token)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)_table.Count, nameof(token));
        return _vocabulary.GetText(token);
    }

    public bool IsControl(int token) => _table.IsControl(token);

    public bool IsEndOfGeneration(int token) => _table.EndsGeneration(token);

    private void EncodeText(ReadOnlySpan<byte> text, List<SpecialToken> present, List<int> tokens)
    {
        var cuts = PromptPartition.FindCuts(text, present, _breaksStretches);
        var start = 0;
        foreach (var cut in cuts)
        {
            EncodePiece(text[start..cut], start > 0, tokens);
            start = cut;
        }

        EncodePiece(text[start..], start > 0, tokens);
    }

    /// <summary>Encodes a piece. SentencePiece vocabularies put a space before the text of every call; within one text there must be
    /// none, so a piece that continues one is sent behind a line feed, whose tokens are then dropped.</summary>
    private void EncodePiece(ReadOnlySpan<byte> piece, bool continues, List<int> tokens)
    {
        if (!continues || _lineFeed.Length == 0)
        {
            Append(piece, 0, tokens);
            return;
        }

        var behind = new byte[piece.Length + 1];
        behind[0] = (byte)'\n';
        piece.CopyTo(behind.AsSpan(1));
        var start = tokens.Count;
        Append(behind, 0, tokens);
        if (CollectionsMarshal.AsSpan(tokens)[start..].StartsWith(_lineFeed))
        {
            tokens.RemoveRange(start, _lineFeed.Length);
            return;
        }

        // The line feed merged with what follows: rather a space too many than a lost character.
        tokens.RemoveRange(start, tokens.Count - start);
        Append(piece, 0, tokens);
    }

    private void Append(ReadOnlySpan<byte> text, int leastCapacity, List<int> tokens)
    {
        // Hardly any text gives more tokens than bytes; where one does, the library says how many it gives.
        var buffer = ArrayPool<int>.Shared.Rent(Math.Max(leastCapacity, text.Length + 8));
        try
        {
            var count = _vocabulary.Tokenize(text, buffer, addSpecial: false, parseSpecial: false);
            if (count >= 0)
            {
                tokens.AddRange(buffer.AsSpan(0, count));
                return;
            }

            if (count == int.MinValue || leastCapacity > 0)
            {
                throw new ArgumentException($"A text of {text.Length} bytes cannot be tokenised. Shorten it.");
            }

            leastCapacity = -count;
        }
        finally
        {
            ArrayPool<int>.Shared.Return(buffer);
        }

        Append(text, leastCapacity, tokens);
    }

    private int[] Tokenize(ReadOnlySpan<byte> text, bool addSpecial)
    {
        var buffer = new int[text.Length + 8];
        var count = _vocabulary.Tokenize(text, buffer, addSpecial, parseSpecial: false);
        return buffer[..Math.Max(0, count)];
    }

    private bool AddsSpace()
    {
        if (_vocabulary.Kind != SentencePieceKind)
        {
            return false;
        }

        var tokens = Tokenize("x"u8, addSpecial: false);
        return tokens.Length > 0 && _table.GetBytes(tokens[0]) is [(byte)' ', ..];
    }

    private string TextOf(int token) => token < 0 ? string.Empty : _vocabulary.GetText(token);
}
