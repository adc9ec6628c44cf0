using System.Globalization;
using System.Text.Unicode;

namespace LocalSlm.Tokenization.Decoding;

/// <summary>Joins runs of byte tokens (<c>&lt;0x41&gt;</c>) to text; a run that is not UTF-8 becomes a U+FFFD for each byte.</summary>
internal sealed class ByteFallbackDecoder : ITokenTextDecoder
{
    /// <inheritdoc/>
    public void Decode(List<string> tokens)
    {
        List<string> decoded = new(tokens.Count);
        List<byte> run = [];
        foreach (var token in tokens)
        {
            if (TryGetByte(token, out var value))
            {
                run.Add(value);
                continue;
            }

            EndRun(run, decoded);
            decoded.Add(token);
        }

        EndRun(run, decoded);
        tokens.Clear();
        tokens.AddRange(decoded);
    }

    /// <summary>Reads a byte token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="value">Its byte.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryGetByte(ReadOnlySpan<char> token, out byte value)
    {
        value = 0;
        return token.Length == 6
            && token.StartsWith("<0x")
            && token[5] == '>'
            && byte.TryParse(token[3..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private static void EndRun(List<byte> run, List<string> decoded)
    {
        if (run.Count == 0)
        {
            return;
        }

        byte[] bytes = [.. run];
        run.Clear();
        if (Utf8.IsValid(bytes))
        {
            decoded.Add(System.Text.Encoding.UTF8.GetString(bytes));
            return;
        }

        for (var i = 0; i < bytes.Length; i++)
        {
            decoded.Add("\uFFFD");
        }
    }
}
