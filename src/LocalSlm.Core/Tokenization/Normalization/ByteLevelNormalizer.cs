using System.Text;
using LocalSlm.Tokenization.Bpe;

namespace LocalSlm.Tokenization.Normalization;

/// <summary>Writes text as the letters of its UTF-8 bytes.</summary>
internal sealed class ByteLevelNormalizer : ITextNormalizer
{
    /// <inheritdoc/>
    public void Normalize(AlignedText text)
    {
        text.BeginChange();
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < text.Length; )
        {
            var count = new Rune(text.CodePointAt(i, out var length)).EncodeToUtf8(bytes);
            foreach (var value in bytes[..count])
            {
                text.Put(ByteLetters.Of(value), i);
            }

            i += length;
        }

        text.EndChange();
    }
}
