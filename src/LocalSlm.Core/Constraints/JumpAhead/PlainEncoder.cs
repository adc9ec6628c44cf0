using System.Text;

namespace LocalSlm.Constraints.JumpAhead;

/// <summary>Tokenises pieces of a reply that are not sampled, without the space that some vocabularies put before every text. The
/// owner thread's own.</summary>
internal sealed class PlainEncoder(ITokenizer tokenizer)
{
    // In vocabularies with such a space a newline is never part of a longer token, so what follows it is tokenised by itself.
    private const string Anchor = "\n";

    private readonly PromptSpan[] _span = new PromptSpan[1];
    private readonly List<int> _anchor = [];

    /// <summary>Tokenises a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isControl">Whether names of control tokens in it stand for these.</param>
    /// <param name="isStart">Whether it begins a reply, whose first space is left out where the vocabulary adds one.</param>
    /// <param name="tokens">Receives the tokens; cleared before.</param>
    /// <returns><see langword="false"/> if the vocabulary cannot do without the space; the tokens then have it.</returns>
    public bool TryEncode(string text, bool isControl, bool isStart, List<int> tokens)
    {
        tokens.Clear();
        if (!tokenizer.AddsSpaceBeforeText || isStart)
        {
            Encode(text, isControl, tokens);
            return true;
        }

        if (_anchor.Count == 0)
        {
            Encode(Anchor, isControl: false, _anchor);
        }

        Encode(Anchor + text, isControl, tokens);
        if (tokens.Count >= _anchor.Count && tokens.Take(_anchor.Count).SequenceEqual(_anchor))
        {
            tokens.RemoveRange(0, _anchor.Count);
            return true;
        }

        tokens.Clear();
        Encode(text, isControl, tokens);
        return false;
    }

    private void Encode(string text, bool isControl, List<int> tokens)
    {
        _span[0] = new PromptSpan(text, isControl);
        tokenizer.Encode(_span, addSpecialTokens: false, tokens);
    }
}
