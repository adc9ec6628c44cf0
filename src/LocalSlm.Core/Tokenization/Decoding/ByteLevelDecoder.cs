using LocalSlm.Tokenization.Bpe;

namespace LocalSlm.Tokenization.Decoding;

/// <summary>Turns byte letters into the bytes they stand for, and all of them together into text. A token that has other
/// characters as well is taken as it is.</summary>
internal sealed class ByteLevelDecoder : ITokenTextDecoder
{
    /// <inheritdoc/>
    public void Decode(List<string> tokens)
    {
        List<byte> bytes = [];
        foreach (var token in tokens)
        {
            var before = bytes.Count;
            foreach (var c in token)
            {
                var value = ByteLetters.ByteOf(c);
                if (value < 0)
                {
                    bytes.RemoveRange(before, bytes.Count - before);
                    bytes.AddRange(System.Text.Encoding.UTF8.GetBytes(token));
                    break;
                }

                bytes.Add((byte)value);
            }
        }

        tokens.Clear();
        tokens.Add(
            System.Text.Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes))
        );
    }
}
