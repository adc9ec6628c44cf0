namespace LocalSlm.Hosting;

/// <summary>What a keep-alive may be.</summary>
internal static class KeepAliveLimits
{
    /// <summary>Checks a value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, but not infinite.</exception>
    public static TimeSpan Check(TimeSpan value)
    {
        if (value < TimeSpan.Zero && value != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(
                nameof(value),
                value,
                "A keep-alive is 0 (unload at once), a time, or infinite (-1, stay)."
            );
        }

        return value;
    }
}
