namespace LocalSlm.Placement;

/// <summary>Says why a model can be loaded nowhere: the one place that chooses the error.</summary>
internal static class PlacementRefusal
{
    /// <summary>Makes the error of a plan without candidates.</summary>
    /// <param name="request">What the plan was made from.</param>
    /// <param name="plan">The plan.</param>
    /// <returns><see cref="InsufficientMemoryException"/> where a device was there and memory was short;
    /// <see cref="ModelLoadException"/> where no device was there that may serve.</returns>
    public static LocalSlmException Explain(PlacementRequest request, PlacementPlan plan)
    {
        var options = request.Options;
        var wishes = DeviceOrder.Make(options, request.Devices).Wishes;
        if (wishes.Count == 0)
        {
            return new ModelLoadException(
                plan.Facts.Path,
                options.RequireDevice is { } required
                    ? $"RequireDevice is '{required}', and nothing else may serve. Correct it, or leave it out. What was found:"
                    : "no device serves it. Correct what failed, or add another device to ModelLoadOptions.Devices. Tried were:",
                failedDevices: plan.Excluded
            );
        }

        // The last in order is the one that all fall back to.
        var device = wishes[^1].Device;
        var search = new FitSearch(request, ContextWishes.Of(request.Facts, options), [device], []);
        _ = search.Find(isLastResort: true);
        var shortage =
            search.Shortage
            ?? new MemoryShortage(device.Name, request.Facts.WeightBytes, search.Room.HostLimitBytes, null);
        var smallest = request.Estimate(request.Facts, search.Smallest);
        var reasons = string.Concat(plan.Excluded.Select(static one => $"\n  {one.Device}: {one.Reason}"));
        return new InsufficientMemoryException(
            shortage.NeededBytes,
            shortage.LimitBytes,
            $"The weights take {ByteText.Of(smallest.WeightBytes)}, the KV cache {ByteText.Of(smallest.KvCacheBytes)}, steps of "
                + $"{options.BatchTokens} tokens {ByteText.Of(smallest.ComputeBytes)}. {Remedy(options)}{reasons}"
        );
    }

    private static string Remedy(ModelLoadOptions options)
    {
        var levers = new List<string>();
        if (options.ContextTokens is not null)
        {
            levers.Add("ContextTokens");
        }

        if (options.CacheTokens is not null)
        {
            levers.Add("CacheTokens");
        }

        if (options.GpuLayers > 0)
        {
            levers.Add("GpuLayers");
        }

        levers.Add("BatchTokens");
        levers.Add("MaxConcurrentReplies");
        var budgets = new List<string>();
        if (options.MemoryBudgetBytes is not null)
        {
            budgets.Add("MemoryBudgetBytes");
        }

        if (options.GpuMemoryBudgetBytes is not null)
        {
            budgets.Add("GpuMemoryBudgetBytes");
        }

        return $"Lower {string.Join(", ", levers[..^1])} or {levers[^1]}, choose a smaller KvCacheType"
            + (budgets.Count > 0 ? $", raise {string.Join(" or ", budgets)}" : ", unload other models")
            + ", or use a smaller model.";
    }
}
