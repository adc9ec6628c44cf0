using System.Globalization;

namespace LocalSlm.Hardware;

/// <summary>Numbers as <c>0x10de</c>.</summary>
internal static class Hex
{
    /// <summary>Reads a number, with or without <c>0x</c>.</summary>
    public static uint? Parse(string? text)
    {
        var digits = (text ?? string.Empty).AsSpan().Trim();
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            digits = digits[2..];
        }

        return uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }
}
