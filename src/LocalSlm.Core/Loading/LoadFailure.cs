using LocalSlm.Placement;

namespace LocalSlm.Loading;

/// <summary>Makes the error of a load that no candidate served.</summary>
internal static class LoadFailure
{
    /// <summary>Makes the error.</summary>
    /// <param name="target">What was to be opened.</param>
    /// <param name="prepared">What was planned.</param>
    /// <param name="failures">The candidates that were tried, in order.</param>
    public static Exception Make<TModel>(
        ILoadTarget<TModel> target,
        PreparedLoad prepared,
        IReadOnlyList<CandidateFailure> failures
    )
        where TModel : class, IDisposable
    {
        List<DeviceAttempt> all =
        [
            .. prepared.Order.IsDefault ? [] : prepared.Plan.Excluded,
            .. failures.Select(static failure => failure.Attempt),
        ];
        if (failures.Count == 0)
        {
            return PlacementRefusal.Explain(prepared.Request, prepared.Plan);
        }

        var first = failures[0].Error;
        var isOne = all.Count == failures.Count && failures.All(one => one.Error.Message == first.Message);
        if (failures.All(static one => one.Error is InsufficientMemoryException or ModelQuarantinedException))
        {
            return failures.Select(static one => one.Error).OfType<InsufficientMemoryException>().LastOrDefault()
                ?? first;
        }

        // The processor has no driver: what it refuses is the model, or an option, and the error says it best.
        return isOne && failures.All(static one => !LoadFaults.IsAccelerator(one.Candidate.Device))
            ? first
            : new ModelLoadException(
                target.Path,
                all.Count == 1
                    ? "the one device that may serve it does not:"
                    : "no device serves it. Correct what failed, or allow another device in ModelLoadOptions.Devices. Tried were:",
                failures[^1].Error,
                all
            );
    }
}
