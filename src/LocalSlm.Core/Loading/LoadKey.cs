namespace LocalSlm.Loading;

/// <summary>A model on a device: what a crash, or a measured speed, is remembered for.</summary>
/// <param name="Model">The model's files.</param>
/// <param name="Runtime">The runtime's name.</param>
/// <param name="Device">The device, with its execution provider where it has one.</param>
/// <param name="Driver">The version of its driver; <see langword="null"/> if unknown.</param>
internal sealed record LoadKey(ModelIdentity Model, string Runtime, string Device, string? Driver)
{
    /// <summary>Makes the key of a candidate.</summary>
    public static LoadKey Of(ModelIdentity model, string runtime, PlacementCandidate candidate) =>
        new(
            model,
            runtime,
            string.Join(
                ", ",
                candidate.Devices.Select(static device =>
                    device.Provider is { } provider && !device.Name.StartsWith(provider, StringComparison.Ordinal)
                        ? $"{provider}/{device.Name}"
                        : device.Name
                )
            ),
            candidate.Device.DriverVersion
        );
}
