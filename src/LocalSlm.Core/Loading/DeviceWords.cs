namespace LocalSlm.Loading;

/// <summary>Names devices in messages.</summary>
internal static class DeviceWords
{
    /// <summary>Gives the name, and what the device calls itself where that says more.</summary>
    public static string Of(ComputeDevice device) =>
        device.Description.Length == 0 || device.Description == device.Name
            ? device.Name
            : $"{device.Name} ({device.Description})";

    /// <summary>Gives the devices of a candidate.</summary>
    public static string Of(PlacementCandidate candidate) => string.Join(", ", candidate.Devices.Select(Of));
}
