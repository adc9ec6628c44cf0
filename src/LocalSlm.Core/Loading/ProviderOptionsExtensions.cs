namespace LocalSlm.Loading;

/// <summary>Takes the options that a caller gave for an execution provider over to the device that was chosen.</summary>
internal static class ProviderOptionsExtensions
{
    /// <summary>Adds provider options to the selector of a device.</summary>
    public static void SetProviderOptions(
        this ModelLoadOptions options,
        ComputeDevice device,
        IReadOnlyDictionary<string, string> providerOptions
    )
    {
        if (providerOptions.Count == 0)
        {
            return;
        }

        for (var i = 0; i < options.Devices.Count; i++)
        {
            var selector = options.Devices[i];
            if (selector.Matches(device))
            {
                options.Devices[i] = new DeviceSelector
                {
                    Kind = selector.Kind,
                    Provider = selector.Provider,
                    Index = selector.Index,
                    Name = selector.Name,
                    Vendor = selector.Vendor,
                    ProviderOptions = providerOptions,
                };
            }
        }
    }
}
