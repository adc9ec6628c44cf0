namespace LocalSlm.Tests.Templating;

/// <summary>The moment at which all golden renders were made.</summary>
internal sealed class FixedTime : TimeProvider
{
    public static readonly FixedTime Golden = new();

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => new(2026, 7, 4, 9, 5, 3, TimeSpan.Zero);
}
