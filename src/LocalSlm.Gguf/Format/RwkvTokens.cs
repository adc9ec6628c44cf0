using System.Text;

namespace LocalSlm.Gguf.Format;

/// <summary>Checks the vocabulary of RWKV models: llama.cpp v0.4.0 takes the longest token that fits, and begins the text
/// again, without end, where a token's first byte is no token by itself.</summary>
internal static class RwkvTokens
{
    public static void Check(GgufFile file, GgufValue tokens)
    {
        Span<bool> alone = stackalloc bool[256];
        Span<bool> begins = stackalloc bool[256];
        foreach (var token in tokens.AsStrings())
        {
            if (Decode(token, out var first, out var isSingle))
            {
                begins[first] = true;
                alone[first] |= isSingle;
            }
        }

        for (var value = 0; value < 256; value++)
        {
            if (begins[value] && !alone[value])
            {
                throw new ModelFileException(
                    file.Path,
                    $"tokens begin with the byte 0x{value:X2}, which is no token by itself; an RWKV vocabulary needs that. The file is damaged.",
                    tokens.Offset
                );
            }
        }
    }

    // Bytes are escaped as \t, \n, \r, \xHH; a backslash makes any other byte stand for itself.
    private static bool Decode(ReadOnlySpan<byte> token, out byte first, out bool isSingle)
    {
        first = 0;
        isSingle = false;
        if (token.IsEmpty)
        {
            return false;
        }

        if (token[0] != (byte)'\\' || token.Length == 1)
        {
            first = token[0];
            isSingle = token.Length == 1 && token[0] != (byte)'\\';
            return true;
        }

        if (token[1] == (byte)'x')
        {
            if (
                token.Length < 4
                || !byte.TryParse(
                    Encoding.Latin1.GetString(token[2..4]),
                    System.Globalization.NumberStyles.HexNumber,
                    null,
                    out first
                )
            )
            {
                return false;
            }

            isSingle = token.Length == 4;
            return true;
        }

        first = token[1] switch
        {
            (byte)'t' => (byte)'\t',
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            var other => other,
        };
        isSingle = token.Length == 2;
        return true;
    }
}
