namespace LocalSlm.Tokenization;

/// <summary>A pre-tokenizer: it splits text into the pieces that a model encodes one by one. Safe for concurrent use.</summary>
internal interface IPreTokenizer
{
    /// <summary>Splits each piece further, and may change the text of pieces.</summary>
    /// <param name="text">The pieces so far.</param>
    void Split(PieceList text);
}
