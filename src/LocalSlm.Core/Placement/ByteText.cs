using System.Globalization;

namespace LocalSlm.Placement;

/// <summary>Writes numbers for people.</summary>
internal static class ByteText
{
    /// <summary>Writes a size, such as <c>4.10 GiB</c>, <c>512 MiB</c>, <c>1.5 MiB</c>, <c>700 B</c>.</summary>
    public static string Of(long bytes)
    {
        var size = Math.Abs((double)bytes);
        var (value, unit) =
            size >= 1L << 30 ? (size / (1L << 30), "GiB")
            : size >= 1L << 20 ? (size / (1L << 20), "MiB")
            : size >= 1L << 10 ? (size / (1L << 10), "KiB")
            : (size, "B");
        var digits =
            unit == "B" || value >= 100 ? "0"
            : unit == "GiB" && value < 10 ? "0.00"
            : "0.0";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(bytes < 0 ? "-" : "")}{value.ToString(digits, CultureInfo.InvariantCulture)} {unit}"
        );
    }

    /// <summary>Writes a count with thousands apart, such as <c>16,384</c>.</summary>
    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);
}
