using LocalSlm.Hosting.Registration.Values;
using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Registration;

/// <summary>A model in configuration: its name, and the section that describes it or holds just its path.</summary>
/// <remarks>Names such as <c>qwen2.5:3b</c> hold the character with which configuration parts its keys, so such a model arrives as a section
/// <c>qwen2.5</c> with a section <c>3b</c> in it. A section that is no option, and that is a path or a model itself, therefore goes on with
/// the name of the section that it is in.</remarks>
/// <param name="Name">The model's name.</param>
/// <param name="Section">Its section.</param>
/// <param name="Unknown">Sections in it that are neither options nor go on with its name.</param>
internal sealed record ModelSection(
    string Name,
    IConfigurationSection Section,
    IReadOnlyList<IConfigurationSection> Unknown
)
{
    // Deeper than any name; hostile nesting ends here.
    private const int MostParts = 8;

    /// <summary>Finds the models of a section.</summary>
    /// <param name="models">The section <c>Models</c> or <c>EmbeddingModels</c>.</param>
    /// <param name="options">The names of a model's options.</param>
    /// <returns>The models, in the order of configuration.</returns>
    public static IReadOnlyList<ModelSection> Find(IConfiguration models, IReadOnlyCollection<string> options)
    {
        var found = new List<ModelSection>();
        foreach (var section in models.GetChildren())
        {
            Visit(section, section.Key, 1, options, found);
        }

        return found;
    }

    private static void Visit(
        IConfigurationSection section,
        string name,
        int parts,
        IReadOnlyCollection<string> options,
        List<ModelSection> found
    )
    {
        var children = section.GetChildren().ToList();
        var others = children.Where(child => !IsOption(child, options)).ToLookup(child => GoesOn(child, options));
        var isModel =
            section.Value is not null || children.Count == 0 || children.Exists(child => IsOption(child, options));
        if (isModel || !others[true].Any() || parts == MostParts)
        {
            found.Add(
                new(name, section, [.. parts == MostParts ? others.SelectMany(static one => one) : others[false]])
            );
        }
        else if (others[false].Any())
        {
            found.Add(new(name, section, [.. others[false]]));
        }

        if (parts < MostParts)
        {
            foreach (var child in others[true])
            {
                Visit(child, $"{name}:{child.Key}", parts + 1, options, found);
            }
        }
    }

    private static bool IsOption(IConfigurationSection section, IReadOnlyCollection<string> options) =>
        options.Contains(section.Key, StringComparer.OrdinalIgnoreCase);

    // A misspelt option is none that goes on, though its value may look like a path.
    private static bool GoesOn(IConfigurationSection section, IReadOnlyCollection<string> options, int parts = 1) =>
        NearName.Find(section.Key, options) is null
        && (
            section.Value is { } value
                ? value.AsSpan().IndexOfAny(@"/\.:") >= 0
                : parts < MostParts
                    && section.GetChildren().Any(child => IsOption(child, options) || GoesOn(child, options, parts + 1))
        );
}
