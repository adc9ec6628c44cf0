using System.Globalization;

namespace LocalSlm.Hosting.Registration.Values;

/// <summary>Reads the simple values of options from text. What cannot be read is a <see cref="FormatException"/> that says what is
/// wanted.</summary>
internal static class TextValue
{
    public static int Int32(string text) =>
        int.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException("A whole number is wanted.");

    public static int? OptionalInt32(string text) => text.Length == 0 ? null : Int32(text);

    public static double Double(string text) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException("A number is wanted.");

    public static bool Boolean(string text) =>
        bool.TryParse(text, out var value) ? value : throw new FormatException("true or false is wanted.");

    public static bool? OptionalBoolean(string text) => text.Length == 0 ? null : Boolean(text);

    public static string? OptionalText(string text) => text.Length == 0 ? null : text;

    public static long? OptionalSize(string text) => text.Length == 0 ? null : SizeText.Parse(text);

    public static TimeSpan? OptionalDuration(string text) => text.Length == 0 ? null : DurationText.Parse(text);

    public static TimeSpan? OptionalKeepAlive(string text) =>
        text.Length == 0 ? null : DurationText.ParseKeepAlive(text);

    public static T Choice<T>(string text)
        where T : struct, Enum =>
        !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
        && Enum.TryParse<T>(text, ignoreCase: true, out var value)
        && Enum.IsDefined(value)
            ? value
            : throw new FormatException($"One of {string.Join(", ", Enum.GetNames<T>())} is wanted.");

    public static T? OptionalChoice<T>(string text)
        where T : struct, Enum => text.Length == 0 ? null : Choice<T>(text);
}
