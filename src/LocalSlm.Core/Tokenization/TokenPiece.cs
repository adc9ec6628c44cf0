namespace LocalSlm.Tokenization;

/// <summary>A token and the characters of the piece that it was made from.</summary>
/// <param name="Id">The token.</param>
/// <param name="Start">Its first character (UTF-16) within the piece.</param>
/// <param name="Length">How many characters (UTF-16) of the piece it covers.</param>
internal readonly record struct TokenPiece(int Id, int Start, int Length);
