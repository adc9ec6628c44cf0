using Microsoft.Extensions.Configuration;

namespace LocalSlm.Tests.Hosting.Lifetime;

/// <summary>Configuration whose entries a test replaces while a host runs.</summary>
internal sealed class ChangingSettings : ConfigurationProvider, IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public void Set(params (string Key, string Value)[] entries)
    {
        Data = entries.ToDictionary(
            static entry => entry.Key,
            static entry => (string?)entry.Value,
            StringComparer.OrdinalIgnoreCase
        );
        OnReload();
    }
}
