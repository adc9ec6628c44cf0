namespace LocalSlm.Placement;

/// <summary>Turns a candidate into what a runtime opens.</summary>
internal static class PlacementCandidateExtensions
{
    /// <summary>The fewest tokens that <see cref="ModelLoadOptions.ContextTokens"/> takes; shorter models resolve their length
    /// themselves.</summary>
    private const int LeastTokens = 256;

    /// <summary>Gives the options of a load on this candidate alone: one device (or the ones that share the layers), everything automatic
    /// resolved.</summary>
    public static ModelLoadOptions ApplyTo(this PlacementCandidate candidate, ModelLoadOptions options)
    {
        var resolved = Resolve(options, candidate.Devices, candidate.GpuSplit);
        SetLengths(resolved, candidate.ContextTokens, candidate.CacheTokens);
        resolved.Threads = candidate.Threads;
        if (candidate.Device.Provider is null)
        {
            // Runtimes with execution providers place a model as a whole.
            resolved.GpuLayers = candidate.GpuLayers;
            resolved.ExpertsOnCpu = candidate.ExpertsOnCpu;
        }
        else
        {
            // Theirs to refuse by name.
            foreach (var share in options.GpuSplit)
            {
                resolved.GpuSplit.Add(share);
            }
        }

        return resolved;
    }

    /// <summary>Gives options that name certain devices and no others.</summary>
    public static ModelLoadOptions Resolve(
        ModelLoadOptions options,
        IReadOnlyList<ComputeDevice> devices,
        IReadOnlyList<double> split
    )
    {
        var resolved = options.Clone();
        resolved.RequireDevice = null;
        resolved.ExcludedDevices.Clear();
        resolved.Devices.Clear();
        resolved.GpuSplit.Clear();
        var asked = options.RequireDevice is { } required ? [required] : options.Devices;
        foreach (var device in devices)
        {
            resolved.Devices.Add(Exactly(device, asked));
        }

        if (devices.Count > 1)
        {
            foreach (var share in split)
            {
                resolved.GpuSplit.Add(share);
            }
        }

        return resolved;
    }

    /// <summary>Sets how many tokens are held.</summary>
    public static void SetLengths(ModelLoadOptions options, int context, int cache)
    {
        options.ContextTokens = context >= LeastTokens ? context : null;
        options.CacheTokens = cache >= LeastTokens && context >= LeastTokens ? cache : options.CacheTokens;
    }

    /// <summary>The selector of one device, with the provider's options of the selector that it was asked for with.</summary>
    private static DeviceSelector Exactly(ComputeDevice device, IList<DeviceSelector> asked)
    {
        var exact = DeviceSelector.Of(device);
        var source = asked.FirstOrDefault(one => one.ProviderOptions.Count > 0 && one.Matches(device));
        return source is null
            ? exact
            : new DeviceSelector
            {
                Kind = exact.Kind,
                Provider = exact.Provider,
                Name = exact.Name,
                ProviderOptions = source.ProviderOptions,
            };
    }
}
