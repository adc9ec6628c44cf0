using LocalSlm.Hosting.Peers;
using Microsoft.Extensions.Options;

namespace LocalSlm.Hosting.Registration;

/// <summary>Sets a host's options from the environment, then from configuration: what comes later wins. Code wins over both.</summary>
internal sealed class OptionsSources(ModelRegistry registry) : IConfigureOptions<LocalSlmOptions>
{
    public void Configure(LocalSlmOptions options)
    {
        if (registry.PeerEnvironment is { } environment)
        {
            PeerEnvironment.Apply(environment, options);
        }

        foreach (var source in registry.Sources)
        {
            ConfigurationReader.Read(source, options);
        }

        // There to be changed by code, though it says nothing about them.
        foreach (var name in registry.NamesFromCode)
        {
            options.Model(name);
        }

        foreach (var name in registry.EmbeddingNamesFromCode)
        {
            options.EmbeddingModel(name);
        }
    }
}
