using System.Globalization;
using LocalSlm.Tokenization.Bpe;

namespace LocalSlm.Tokenization;

/// <summary>The bytes that each token stands for within a text, found out when first asked and kept. Safe for concurrent
/// use.</summary>
internal sealed class TokenSpelling(
    TokenizerParts parts,
    Func<int, string?> getName,
    Func<int, bool> isControl,
    int count
)
{
    /// <summary>A name that decoders leave alone: what a token adds behind it is what the token stands for within a text.</summary>
    private const string Anchor = "a";

    private readonly byte[]?[] _bytes = new byte[count][];

    public ReadOnlySpan<byte> GetBytes(int token) => _bytes[token] ?? (_bytes[token] = Spell(token));

    private byte[] Spell(int token)
    {
        if (isControl(token) || getName(token) is not { } name)
        {
            return [];
        }

        if (parts.DecodesByteLetters)
        {
            var letters = System.Text.Encoding.UTF8.GetBytes(name);
            var bytes = new byte[letters.Length];
            var length = ByteLetters.Decode(letters, bytes);
            return length < 0 ? letters : bytes[..length];
        }

        if (parts.DecodesByteNames && TryReadByteName(name, out var value))
        {
            return [value];
        }

        return System.Text.Encoding.UTF8.GetBytes(SpellText(name));
    }

    private string SpellText(string name)
    {
        if (parts.WordEndSuffix is { Length: > 0 } suffix)
        {
            return name.Replace(suffix, " ", StringComparison.Ordinal);
        }

        if (parts.Decoder is null)
        {
            return " " + name;
        }

        var anchor = Decode([Anchor]);
        var text = Decode([Anchor, name]);
        return text.StartsWith(anchor, StringComparison.Ordinal) ? text[anchor.Length..] : Decode([name]);
    }

    private string Decode(List<string> names)
    {
        parts.Decoder!.Decode(names);
        return string.Concat(names);
    }

    private static bool TryReadByteName(string name, out byte value)
    {
        value = 0;
        return name.Length == 6
            && name.StartsWith("<0x", StringComparison.Ordinal)
            && name[5] == '>'
            && byte.TryParse(
                name.AsSpan(3, 2),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out value
            );
    }
}
