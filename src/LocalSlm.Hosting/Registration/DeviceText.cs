using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Registration;

/// <summary>Devices in configuration that are sections: <c>Device</c>, and the execution provider's <c>Options</c>.</summary>
internal static class DeviceText
{
    public const string Device = "Device";
    public const string Options = "Options";

    /// <summary>Gets the keys of such a section.</summary>
    public static IReadOnlyList<string> Keys { get; } = [Device, Options];

    /// <summary>Adds the options of a section to a selector.</summary>
    public static DeviceSelector WithOptions(IConfigurationSection section, DeviceSelector selector) =>
        new()
        {
            Kind = selector.Kind,
            Provider = selector.Provider,
            Index = selector.Index,
            Name = selector.Name,
            Vendor = selector.Vendor,
            ProviderOptions = section
                .GetSection(Options)
                .GetChildren()
                .ToDictionary(static option => option.Key, static option => option.Value ?? ""),
        };
}
