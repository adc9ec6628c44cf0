using System.Globalization;
using System.Text;

namespace LocalSlm.Templating;

/// <summary>Decodes string literals as Python's <c>unicode-escape</c> does.</summary>
internal static class StringLiteral
{
    /// <summary>Decodes what stands between the quotes; <see langword="null"/> if an escape is malformed.</summary>
    public static string? Decode(ReadOnlySpan<char> raw)
    {
        if (!raw.Contains('\\'))
        {
            return raw.ToString();
        }

        var result = new StringBuilder(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                result.Append(raw[i]);
                continue;
            }

            if (++i >= raw.Length)
            {
                return null;
            }

            switch (raw[i])
            {
                case '\n':
                    break;
                case '\\' or '\'' or '"':
                    result.Append(raw[i]);
                    break;
                case 'n':
                    result.Append('\n');
                    break;
                case 't':
                    result.Append('\t');
                    break;
                case 'r':
                    result.Append('\r');
                    break;
                case 'a':
                    result.Append('\a');
                    break;
                case 'b':
                    result.Append('\b');
                    break;
                case 'f':
                    result.Append('\f');
                    break;
                case 'v':
                    result.Append('\v');
                    break;
                case >= '0' and <= '7':
                    int octal = 0;
                    int last = Math.Min(i + 3, raw.Length);
                    for (; i < last && raw[i] is >= '0' and <= '7'; i++)
                    {
                        octal = (octal * 8) + raw[i] - '0';
                    }

                    i--;
                    result.Append((char)octal);
                    break;
                case 'x' or 'u' or 'U':
                    int digits = raw[i] switch
                    {
                        'x' => 2,
                        'u' => 4,
                        _ => 8,
                    };
                    if (
                        i + digits >= raw.Length
                        || !uint.TryParse(
                            raw.Slice(i + 1, digits),
                            NumberStyles.AllowHexSpecifier,
                            CultureInfo.InvariantCulture,
                            out uint code
                        )
                        || code > 0x10FFFF
                    )
                    {
                        return null;
                    }

                    if (code < 0x10000)
                    {
                        result.Append((char)code);
                    }
                    else
                    {
                        result.Append(new Rune(code).ToString());
                    }

                    i += digits;
                    break;
                case 'N':
                    return null;
                default:
                    result.Append('\\').Append(raw[i]);
                    break;
            }
        }

        return result.ToString();
    }
}
