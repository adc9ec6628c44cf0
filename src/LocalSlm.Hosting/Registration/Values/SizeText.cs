using System.Globalization;

namespace LocalSlm.Hosting.Registration.Values;

/// <summary>Reads sizes of memory: a number of bytes, or a number with a unit. Units are those of IEC 80000-13: <c>MB</c> is 1000² bytes,
/// <c>MiB</c> 1024²; in any case, with or without a space before them.</summary>
internal static class SizeText
{
    private static readonly (string Unit, decimal Bytes)[] s_units =
    [
        ("B", 1m),
        ("KB", 1_000m),
        ("MB", 1_000_000m),
        ("GB", 1_000_000_000m),
        ("TB", 1_000_000_000_000m),
        ("KiB", 1024m),
        ("MiB", 1024m * 1024),
        ("GiB", 1024m * 1024 * 1024),
        ("TiB", 1024m * 1024 * 1024 * 1024),
    ];

    /// <summary>Reads a size.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Bytes; parts of a byte are dropped.</returns>
    /// <exception cref="FormatException">It is none; the message says what to write.</exception>
    /// <exception cref="OverflowException">It is more than a size can be.</exception>
    public static long Parse(string text)
    {
        var trimmed = text.Trim();
        var length = 0;
        while (length < trimmed.Length && (char.IsAsciiDigit(trimmed[length]) || trimmed[length] is '.' or '-' or '+'))
        {
            length++;
        }

        var unit = trimmed[length..].Trim();
        if (
            !decimal.TryParse(
                trimmed[..length],
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var number
            )
        )
        {
            throw new FormatException("A size is wanted: a number of bytes, or one with a unit, such as 4GB or 4GiB.");
        }

        if (FactorOf(unit) is not { } factor)
        {
            throw new FormatException(
                unit.Length == 1 && "kKmMgGtT".Contains(unit[0], StringComparison.Ordinal)
                    ? $"The unit '{unit}' alone is not clear: write {trimmed[..length]}{char.ToUpperInvariant(unit[0])}B (powers of 1000) or "
                        + $"{trimmed[..length]}{char.ToUpperInvariant(unit[0])}iB (powers of 1024)."
                    : $"'{unit}' is no unit of memory. Known are: {string.Join(", ", s_units.Select(static one => one.Unit))}; a number alone is bytes."
            );
        }

        // Divided, not multiplied: a decimal overflows by itself, with a message that says nothing.
        if (decimal.Abs(number) > long.MaxValue / factor)
        {
            throw new OverflowException($"More than {long.MaxValue} bytes cannot be counted.");
        }

        return (long)(number * factor);
    }

    private static decimal? FactorOf(string unit)
    {
        if (unit.Length == 0)
        {
            return 1;
        }

        foreach (var (name, bytes) in s_units)
        {
            if (name.Equals(unit, StringComparison.OrdinalIgnoreCase))
            {
                return bytes;
            }
        }

        return null;
    }
}
