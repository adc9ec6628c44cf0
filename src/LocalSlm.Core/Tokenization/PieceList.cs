namespace LocalSlm.Tokenization;

/// <summary>A text that is split into pieces, in order.</summary>
internal sealed class PieceList;
