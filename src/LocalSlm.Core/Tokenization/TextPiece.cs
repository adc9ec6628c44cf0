namespace LocalSlm.Tokenization;

/// <summary>A piece of a text that is being split.</summary>
/// <param name="Start">Its first character (UTF-16) in the text.</param>
/// <param name="Length">How many characters (UTF-16) it has.</param>
/// <param name="Token">The token that it already is (an added token), or -1.</param>
internal readonly record struct TextPiece(int Start, int Length, int Token = -1)
{
    /// <summary>Gets whether the piece is a token already, which nothing may split or change.</summary>
    public bool IsToken => Token >= 0;
}
