using LocalSlm.Hosting.Registration.Values;
using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Registration;

/// <summary>What all readers of configuration share: a value that cannot be read, and a key that nobody knows, are told with their path and
/// with what to write.</summary>
internal static class SectionReader
{
    /// <summary>Tells whether a section has a name.</summary>
    public static bool Is(IConfigurationSection entry, string name) =>
        string.Equals(entry.Key, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Sets an option from a section's text.</summary>
    public static void Set(IConfigurationSection entry, Action<string> set, List<string> problems)
    {
        if (entry.Value is null && entry.GetChildren().Any())
        {
            problems.Add($"{entry.Path} is a section or a list. One value is wanted.");
            return;
        }

        var text = entry.Value ?? "";
        Try(entry, text, () => set(text), problems);
    }

    /// <summary>Does something with a section's text, and tells what was wrong with it.</summary>
    public static void Try(IConfigurationSection entry, string text, Action set, List<string> problems)
    {
        try
        {
            set();
        }
        catch (Exception error) when (error is FormatException or OverflowException or ArgumentException)
        {
            problems.Add($"{entry.Path} is '{text}'. {ErrorText.Of(error)}");
        }
    }

    /// <summary>Tells which keys of a section are unknown.</summary>
    /// <returns><see langword="true"/> if all are known.</returns>
    public static bool Knows(IConfigurationSection section, IReadOnlyCollection<string> known, List<string> problems)
    {
        var count = problems.Count;
        foreach (var child in section.GetChildren())
        {
            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                problems.Add(Unknown(child, known));
            }
        }

        return problems.Count == count;
    }

    /// <summary>Says that a key is unknown, and which are known.</summary>
    public static string Unknown(IConfigurationSection entry, IReadOnlyCollection<string> known) =>
        NearName.Find(entry.Key, known) is { } near
            ? $"{entry.Path} is unknown. Did you mean {near}? Known are: {string.Join(", ", known)}."
            : $"{entry.Path} is unknown. Known are: {string.Join(", ", known)}.";
}
