using System.Globalization;
using System.Text;

namespace LocalSlm.Tests.Constraints.Regular;

/// <summary>Spellings of JSON strings, without their quotes.</summary>
internal static class JsonStrings
{
    private const string Named = "\b\t\n\f\r\"\\";
    private const string Letters = "btnfr\"\\";

    /// <summary>Spells each UTF-16 unit as <c>\uXXXX</c>, upper and lower case in turn.</summary>
    public static string EscapeAll(string value)
    {
        var text = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"\\u{((int)value[i]).ToString(i % 2 == 0 ? "X4" : "x4", CultureInfo.InvariantCulture)}"
            );
        }

        return text.ToString();
    }

    /// <summary>Escapes what JSON demands, in the shortest way.</summary>
    public static string EscapeNeeded(string value)
    {
        var text = new StringBuilder();
        foreach (var c in value)
        {
            if (Named.IndexOf(c, StringComparison.Ordinal) is var at and >= 0)
            {
                text.Append('\\').Append(Letters[at]);
            }
            else if (c < 0x20)
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }
}
