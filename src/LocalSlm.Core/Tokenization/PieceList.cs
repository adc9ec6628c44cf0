using System.Runtime.InteropServices;

namespace LocalSlm.Tokenization;

/// <summary>A text that is split into pieces, in order. Not safe for concurrent use; made to be used again.</summary>
/// <remarks>A pre-tokenizer takes the pieces so far with <see cref="BeginSplit"/> and gives the new ones with
/// <see cref="Add(int, int)"/>. One that changes text as well changes <see cref="Text"/> in the same pass, and gives places
/// of the new text. Pieces that are tokens already go through <see cref="Add(TextPiece)"/> or
/// <see cref="TakeToken"/>.</remarks>
internal sealed class PieceList
{
    private List<TextPiece> _pieces = [];
    private List<TextPiece> _previous = [];

    /// <summary>Gets the text of which all pieces are parts.</summary>
    public AlignedText Text { get; private set; } = new();

    /// <summary>Gets how many pieces there are.</summary>
    public int Count => _pieces.Count;

    /// <summary>Gets how many pieces there is room for.</summary>
    public int Capacity => Math.Max(_pieces.Capacity, _previous.Capacity);

    /// <summary>Gets the pieces.</summary>
    public ReadOnlySpan<TextPiece> Pieces => CollectionsMarshal.AsSpan(_pieces);

    /// <summary>Begins with a text and no piece of it.</summary>
    /// <param name="text">The text; the list changes it.</param>
    public void Reset(AlignedText text)
    {
        Text = text;
        _pieces.Clear();
        _previous.Clear();
    }

    /// <summary>Gets a piece's text.</summary>
    /// <param name="piece">The piece.</param>
    /// <returns>Its characters.</returns>
    public ReadOnlySpan<char> this[TextPiece piece] => Text.Span.Slice(piece.Start, piece.Length);

    /// <summary>Adds a piece; an empty one is left out.</summary>
    /// <param name="start">Its first character.</param>
    /// <param name="length">How many it has.</param>
    public void Add(int start, int length)
    {
        if (length > 0)
        {
            _pieces.Add(new TextPiece(start, length));
        }
    }

    /// <summary>Adds a piece as it is.</summary>
    /// <param name="piece">The piece.</param>
    public void Add(TextPiece piece) => _pieces.Add(piece);

    /// <summary>Takes the pieces away to be split; the list is then empty.</summary>
    /// <returns>The pieces, valid until the next call.</returns>
    public ReadOnlySpan<TextPiece> BeginSplit()
    {
        (_pieces, _previous) = (_previous, _pieces);
        _pieces.Clear();
        return CollectionsMarshal.AsSpan(_previous);
    }

    /// <summary>While the text is changed in the same pass: takes a piece over that is a token already, with its text.</summary>
    /// <param name="piece">The piece, of the old text.</param>
    public void TakeToken(TextPiece piece)
    {
        _pieces.Add(piece with { Start = Text.NewLength });
        Text.Take(piece.Start, piece.Length);
    }
}
