using LocalSlm.Hosting.Deployment;
using LocalSlm.Hosting.Registration.Values;
using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Registration;

/// <summary>What was given to <c>AddLocalSlm(configuration)</c>: the application's whole configuration, its section <c>LocalSlm</c>, or a
/// deployment document.</summary>
internal sealed class ConfigurationSource
{
    /// <summary>The section's name.</summary>
    public const string Root = "LocalSlm";

    private ConfigurationSource(IConfiguration options, bool isOwn, IReadOnlyList<IConfigurationSection> documents)
    {
        Options = options;
        IsOwn = isOwn;
        Documents = documents;
    }

    /// <summary>Gets where the options stand.</summary>
    public IConfiguration Options { get; }

    /// <summary>Gets a value indicating whether that place is LocalSlm's alone, so that unknown keys are mistakes. At the root of an
    /// application's configuration, everybody's keys stand, environment variables among them.</summary>
    public bool IsOwn { get; }

    /// <summary>Gets the documents that stand beside or among the options.</summary>
    public IReadOnlyList<IConfigurationSection> Documents { get; }

    /// <summary>Finds the options and documents.</summary>
    /// <param name="configuration">What was given.</param>
    /// <returns>Where they stand.</returns>
    public static ConfigurationSource Find(IConfiguration configuration)
    {
        var section = configuration.GetSection(Root);
        var isSection = section.Exists();
        var options = isSection ? section : configuration;
        var documents = DeploymentKeys.FindDocuments(configuration);
        return new(
            options,
            isSection || configuration is IConfigurationSection,
            isSection ? [.. documents, .. DeploymentKeys.FindDocuments(section)] : documents
        );
    }

    /// <summary>Finds a document.</summary>
    /// <param name="name">Its key.</param>
    /// <returns>The sections that are such documents.</returns>
    public IEnumerable<IConfigurationSection> DocumentsOf(string name) =>
        Documents.Where(document => SectionReader.Is(document, name));

    /// <summary>Tells whether a section is one of the documents.</summary>
    public bool IsDocument(IConfigurationSection entry) =>
        Documents.Any(document => document.Path.Equals(entry.Path, StringComparison.OrdinalIgnoreCase));

    /// <summary>Tells whether an unknown key is a mistake: where everybody's keys stand, only one that resembles one of ours.</summary>
    public bool MustKnow(IConfigurationSection entry, IReadOnlyCollection<string> known) =>
        IsOwn || (entry.Value is null && NearName.Find(entry.Key, known) is not null);
}
