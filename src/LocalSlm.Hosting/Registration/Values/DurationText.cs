using System.Globalization;

namespace LocalSlm.Hosting.Registration.Values;

/// <summary>Reads durations: <c>10m</c>, <c>1h30m</c>, <c>1.5s</c> and <c>250ms</c> as in Go's <c>time.ParseDuration</c> and in
/// <c>OLLAMA_KEEP_ALIVE</c>; <c>00:05:00</c> as .NET writes them; a number alone is seconds.</summary>
internal static class DurationText
{
    private const string Wanted = "A duration is wanted: seconds, or such as 10m, 1h30m, 250ms or 00:10:00.";

    // The longest unit that fits is meant: "ms" before "m" and "s".
    private static readonly (string Unit, decimal Ticks)[] s_units =
    [
        ("ms", TimeSpan.TicksPerMillisecond),
        ("us", TimeSpan.TicksPerMicrosecond),
        ("µs", TimeSpan.TicksPerMicrosecond),
        ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
    ];

    /// <summary>Reads a duration.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The duration; it may be negative.</returns>
    /// <exception cref="FormatException">It is none; the message says what to write.</exception>
    /// <exception cref="OverflowException">It is longer than a duration can be.</exception>
    public static TimeSpan Parse(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(trimmed, CultureInfo.InvariantCulture, out var time)
                ? time
                : throw new FormatException(Wanted);
        }

        var negative = trimmed.StartsWith('-');
        var rest = trimmed.AsSpan(negative || trimmed.StartsWith('+') ? 1 : 0);
        if (TryNumber(rest, out var seconds))
        {
            return From(seconds * TimeSpan.TicksPerSecond, negative);
        }

        if (rest.IsEmpty)
        {
            throw new FormatException(Wanted);
        }

        var ticks = 0m;
        while (!rest.IsEmpty)
        {
            var length = 0;
            while (length < rest.Length && (char.IsAsciiDigit(rest[length]) || rest[length] == '.'))
            {
                length++;
            }

            if (!TryNumber(rest[..length], out var number))
            {
                throw new FormatException(Wanted);
            }

            rest = rest[length..];
            var (unit, size) = UnitAt(rest);
            rest = rest[unit.Length..];
            ticks += number * size;
        }

        return From(ticks, negative);
    }

    /// <summary>Reads how long a model stays loaded: a duration, where anything negative means for ever.</summary>
    /// <param name="text">The text.</param>
    /// <returns>0 or longer, or <see cref="Timeout.InfiniteTimeSpan"/>.</returns>
    /// <exception cref="FormatException">It is none.</exception>
    /// <exception cref="OverflowException">It is longer than a duration can be.</exception>
    public static TimeSpan ParseKeepAlive(string text) =>
        Parse(text) is var time && time < TimeSpan.Zero ? Timeout.InfiniteTimeSpan : time;

    private static (string Unit, decimal Ticks) UnitAt(ReadOnlySpan<char> text)
    {
        foreach (var unit in s_units)
        {
            if (text.StartsWith(unit.Unit, StringComparison.Ordinal))
            {
                return unit;
            }
        }

        throw new FormatException(Wanted);
    }

    // At most 12 digits before the point: no sum of such numbers overflows a decimal.
    private static bool TryNumber(ReadOnlySpan<char> text, out decimal number)
    {
        number = 0;
        return text.Length <= 40
            && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
            && number < 1_000_000_000_000m;
    }

    private static TimeSpan From(decimal ticks, bool negative) =>
        ticks > long.MaxValue
            ? throw new OverflowException("A duration of more than 29,000 years cannot be counted.")
            : TimeSpan.FromTicks(negative ? -(long)ticks : (long)ticks);
}
