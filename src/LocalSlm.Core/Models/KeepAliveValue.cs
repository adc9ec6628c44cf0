using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace LocalSlm.Models;

/// <summary>How long a model stays loaded, as a request or configuration says it: a time, a number of seconds, or text in the notation
/// that Ollama takes, which is that of Go's durations (<c>10m</c>, <c>1h30m</c>, <c>250ms</c>). Everything below 0 is for ever.</summary>
internal static class KeepAliveValue
{
    /// <summary>What is wanted, for messages.</summary>
    public const string Wanted = "a time, a number of seconds, or text such as \"10m\", \"0\" or \"-1\" (for ever)";

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789.");

    private static readonly (string Unit, double Ticks)[] s_units =
    [
        // Longer names first: "ms" is not "m".
        ("ns", 1e-9 * TimeSpan.TicksPerSecond),
        ("us", 1e-6 * TimeSpan.TicksPerSecond),
        ("\u00B5s", 1e-6 * TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour),
    ];

    /// <summary>Reads a value.</summary>
    /// <returns>The time, infinite for everything below 0; <see langword="null"/> if it is none.</returns>
    public static TimeSpan? Read(object value) =>
        value switch
        {
            TimeSpan time when time >= TimeSpan.Zero || time == Timeout.InfiniteTimeSpan => time,
            string text => Parse(text),
            int number => FromSeconds(number),
            long number => FromSeconds(number),
            float number => FromSeconds(number),
            double number => FromSeconds(number),
            decimal number => FromSeconds((double)number),
            JsonElement { ValueKind: JsonValueKind.Number } json => FromSeconds(json.GetDouble()),
            JsonElement { ValueKind: JsonValueKind.String } json => Parse(json.GetString()!),
            _ => null,
        };

    /// <summary>Reads text.</summary>
    /// <returns>The time, infinite for everything below 0; <see langword="null"/> if it is none.</returns>
    public static TimeSpan? Parse(string text)
    {
        var rest = text.AsSpan().Trim();
        if (
            double.TryParse(
                rest,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var seconds
            )
        )
        {
            return FromSeconds(seconds);
        }

        if (rest.Contains(':'))
        {
            return TimeSpan.TryParse(rest, CultureInfo.InvariantCulture, out var time) ? FromTicks(time.Ticks) : null;
        }

        var isNegative = rest is ['-', ..];
        rest = rest is ['-' or '+', ..] ? rest[1..] : rest;
        var ticks = 0d;
        if (rest.IsEmpty)
        {
            return null;
        }

        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(s_digits);
            if (
                digits <= 0
                || !double.TryParse(
                    rest[..digits],
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                || !TryTakeUnit(rest[digits..], out var unit, out var length)
            )
            {
                return null;
            }

            ticks += number * unit;
            rest = rest[(digits + length)..];
        }

        return FromTicks(isNegative ? -ticks : ticks);
    }

    /// <summary>Gives the plain JSON value of a time: seconds, -1 for ever.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, but not infinite.</exception>
    public static object? Write(TimeSpan? time) =>
        time switch
        {
            null => null,
            { } infinite when infinite == Timeout.InfiniteTimeSpan => -1,
            { Ticks: < 0 } negative => throw new ArgumentOutOfRangeException(
                nameof(time),
                negative,
                "A keep-alive is 0 (unload at once), a time, or Timeout.InfiniteTimeSpan (stay)."
            ),
            { } known => known.TotalSeconds,
        };

    /// <summary>Tells that nobody unloads the model of a client.</summary>
    public static string NotManaged(string options, string client) =>
        $"{options}.AdditionalProperties[\"keep_alive\"] is not supported: this {client} holds its model until it is disposed. Leave it out, "
        + $"or send the request to a {client} of AddLocalSlm, whose host unloads models.";

    private static bool TryTakeUnit(ReadOnlySpan<char> text, out double ticks, out int length)
    {
        foreach (var (unit, value) in s_units)
        {
            if (text.StartsWith(unit, StringComparison.Ordinal))
            {
                (ticks, length) = (value, unit.Length);
                return true;
            }
        }

        (ticks, length) = (0, 0);
        return false;
    }

    private static TimeSpan? FromSeconds(double seconds) => FromTicks(seconds * TimeSpan.TicksPerSecond);

    private static TimeSpan? FromTicks(double ticks) =>
        double.IsNaN(ticks) ? null
        : ticks < 0 || ticks >= long.MaxValue ? Timeout.InfiniteTimeSpan
        : TimeSpan.FromTicks((long)Math.Round(ticks));
}
