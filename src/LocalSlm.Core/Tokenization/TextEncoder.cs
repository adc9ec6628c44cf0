using System.Buffers;
using System.Collections.Concurrent;
using LocalSlm.Tokenization.Models;
using LocalSlm.Tokenization.Normalization;

namespace LocalSlm.Tokenization;

/// <summary>The way from text to tokens: added tokens, normaliser, added tokens again, pre-tokenizer, model. Safe for concurrent
/// use.</summary>
internal sealed class TextEncoder
{
    private const int MostKeptCharacters = 1 << 20;

    private readonly TokenizerParts _parts;
    private readonly AddedTokenMatcher _plain;
    private readonly AddedTokenMatcher? _normalized;
    private readonly ConcurrentBag<EncoderWork> _works = [];

    public TextEncoder(TokenizerParts parts)
    {
        _parts = parts;
        _plain = new AddedTokenMatcher(
            parts.AddedTokens.Where(token => !token.IsNormalized).Select(token => (token, token.Content))
        );
        var normalized = parts.AddedTokens.Where(token => token.IsNormalized).ToArray();
        if (normalized.Length > 0)
        {
            _normalized = new AddedTokenMatcher(normalized.Select(token => (token, Normalize(token.Content))));
        }
    }

    /// <summary>Encodes a text without regard to offsets.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isFromCaller">Tells whether a part of the text holds any character that a caller wrote;
    /// <see langword="null"/> if none does.</param>
    /// <param name="tokens">Receives the ids, appended.</param>
    public void Encode(ReadOnlySpan<char> text, Func<int, int, bool>? isFromCaller, List<int> tokens)
    {
        var work = Rent();
        char[]? whole = null;
        try
        {
            if (HasLoneSurrogate(text))
            {
                whole = ArrayPool<char>.Shared.Rent(text.Length);
                text.CopyTo(whole);
                Surrogates.ReplaceLone(whole.AsSpan(0, text.Length));
                text = whole.AsSpan(0, text.Length);
            }

            work.Parts.Clear();
            _plain.Cut(text, isFromCaller, work.Parts);
            foreach (var part in work.Parts)
            {
                if (part.Token >= 0)
                {
                    tokens.Add(part.Token);
                }
                else
                {
                    EncodePart(text[part.Start..part.End], part.Start, isFromCaller, work, tokens);
                }
            }
        }
        finally
        {
            if (whole is not null)
            {
                ArrayPool<char>.Shared.Return(whole);
            }

            Return(work);
        }
    }

    /// <summary>Encodes a text with offsets into it. Special tokens match in it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="typeId">Which of two texts it is.</param>
    /// <returns>The tokens.</returns>
    public Encoding EncodeWithOffsets(string text, int typeId)
    {
        var encoding = new Encoding();

        // What the model calls unknown keeps its text in the reference with this model alone.
        var unknown = (_parts.Model as UnigramModel)?.UnknownToken ?? -1;
        var work = Rent();
        try
        {
            work.Parts.Clear();
            _plain.Cut(text, null, work.Parts);
            foreach (var part in work.Parts)
            {
                if (part.Token >= 0)
                {
                    Add(part.Token, part.Start..part.End, text.AsSpan(part.Start, part.End - part.Start));
                    continue;
                }

                work.Text.Reset(text.AsSpan(part.Start, part.End - part.Start), part.Start, aligned: true);
                _parts.Normalizer?.Normalize(work.Text);
                Split(work, null);
                foreach (var piece in work.Pieces.Pieces)
                {
                    if (piece.IsToken)
                    {
                        Add(piece.Token, work.Pieces.Text.GetOriginal(piece.Start, piece.Length), work.Pieces[piece]);
                        continue;
                    }

                    work.Tokens.Clear();
                    _parts.Model.Encode(work.Pieces[piece], work.Tokens);
                    foreach (var token in work.Tokens)
                    {
                        Add(
                            token.Id,
                            work.Pieces.Text.GetOriginal(piece.Start + token.Start, token.Length),
                            token.Id == unknown ? work.Pieces[piece].Slice(token.Start, token.Length) : default
                        );
                    }
                }
            }
        }
        finally
        {
            Return(work);
        }

        return encoding;

        void Add(int token, Range offsets, ReadOnlySpan<char> made)
        {
            encoding.Texts.Add(made.IsEmpty ? null : made.ToString());
            encoding.Ids.Add(token);
            encoding.Offsets.Add(offsets);
            encoding.TypeIds.Add(typeId);
            encoding.SpecialMask.Add(false);
        }
    }

    private void EncodePart(
        ReadOnlySpan<char> part,
        int start,
        Func<int, int, bool>? isFromCaller,
        EncoderWork work,
        List<int> tokens
    )
    {
        var isPlain = _parts.Normalizer is null || (_parts.NormalizesToNfc && ComposedText.IsCertain(part));
        if (_parts.ByteLevel is { } quick && isPlain && _normalized is null)
        {
            quick.Encode(part, tokens);
            return;
        }

        work.Text.Reset(part, start, aligned: isFromCaller is not null && _normalized is not null);
        if (!isPlain)
        {
            _parts.Normalizer!.Normalize(work.Text);
        }

        if (_parts.ByteLevel is { } byteLevel)
        {
            work.InnerParts.Clear();
            CutNormalized(work, isFromCaller);
            foreach (var inner in work.InnerParts)
            {
                if (inner.Token >= 0)
                {
                    tokens.Add(inner.Token);
                }
                else
                {
                    byteLevel.Encode(work.Text.Span[inner.Start..inner.End], tokens);
                }
            }

            return;
        }

        Split(work, isFromCaller);
        foreach (var piece in work.Pieces.Pieces)
        {
            if (piece.IsToken)
            {
                tokens.Add(piece.Token);
                continue;
            }

            work.Tokens.Clear();
            _parts.Model.Encode(work.Pieces[piece], work.Tokens);
            foreach (var token in work.Tokens)
            {
                tokens.Add(token.Id);
            }
        }
    }

    private void Split(EncoderWork work, Func<int, int, bool>? isFromCaller)
    {
        work.InnerParts.Clear();
        CutNormalized(work, isFromCaller);
        work.Pieces.Reset(work.Text);
        foreach (var part in work.InnerParts)
        {
            work.Pieces.Add(new TextPiece(part.Start, part.End - part.Start, part.Token));
        }

        _parts.PreTokenizer?.Split(work.Pieces);
    }

    private void CutNormalized(EncoderWork work, Func<int, int, bool>? isFromCaller)
    {
        var text = work.Text;
        if (_normalized is null)
        {
            if (text.Length > 0)
            {
                work.InnerParts.Add(new AddedTokenMatch(-1, 0, text.Length));
            }

            return;
        }

        _normalized.Cut(text.Span, isFromCaller is null ? null : IsFromCaller, work.InnerParts);

        bool IsFromCaller(int start, int end)
        {
            var original = text.GetOriginal(start, end - start);
            return isFromCaller(original.Start.Value, original.End.Value);
        }
    }

    private string Normalize(string content)
    {
        if (_parts.Normalizer is null)
        {
            return content;
        }

        var text = new AlignedText();
        text.Reset(content, 0, aligned: false);
        _parts.Normalizer.Normalize(text);
        return text.Span.ToString();
    }

    private static bool HasLoneSurrogate(ReadOnlySpan<char> text)
    {
        for (var at = 0; ; at += 2)
        {
            var offset = text[at..].IndexOfAnyInRange('\uD800', '\uDFFF');
            if (offset < 0)
            {
                return false;
            }

            at += offset;
            if (at + 1 >= text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
            {
                return true;
            }
        }
    }

    private EncoderWork Rent() => _works.TryTake(out var work) ? work : new EncoderWork();

    private void Return(EncoderWork work)
    {
        if (
            work.Text.Capacity <= MostKeptCharacters
            && work.Pieces.Capacity <= MostKeptCharacters
            && _works.Count < Environment.ProcessorCount
        )
        {
            _works.Add(work);
        }
    }

    private sealed class EncoderWork
    {
        public AlignedText Text { get; } = new();

        public PieceList Pieces { get; } = new();

        public List<AddedTokenMatch> Parts { get; } = [];

        public List<AddedTokenMatch> InnerParts { get; } = [];

        public List<TokenPiece> Tokens { get; } = [];
    }
}
