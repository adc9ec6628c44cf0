namespace LocalSlm.Tokenization.Normalization;

/// <summary>Puts a string before a text that is not empty.</summary>
/// <param name="prefix">The string.</param>
internal sealed class Prepend(string prefix) : ITextNormalizer
{
    /// <summary>Gets the string.</summary>
    public string Prefix { get; } = prefix;

    /// <inheritdoc/>
    public void Normalize(AlignedText text)
    {
        if (text.Length == 0 || Prefix.Length == 0)
        {
            return;
        }

        text.BeginChange();
        text.Put(Prefix, 0);
        text.Take(0, text.Length);
        text.EndChange();
    }
}
