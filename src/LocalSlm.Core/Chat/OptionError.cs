using LocalSlm.Tools;

namespace LocalSlm.Chat;

/// <summary>Errors about the value of an option, which is named in place of a parameter.</summary>
internal static class OptionError
{
    public static ArgumentOutOfRangeException OutOfRange(string option, object value, string rule) =>
        new(option, value, rule);

    public static ArgumentException Invalid(string option, string problem) => new(problem, option);

    /// <summary>Says that there is no tool format of a name.</summary>
    public static string UnknownToolFormat(string name) =>
        $"There is no tool format '{name}'. There are: {string.Join(", ", ToolFormats.All.Select(static format => format.Name))}.";
}
