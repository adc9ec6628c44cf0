using System.Globalization;
using System.Text;

namespace LocalSlm.Placement;

/// <summary>Says in words, with numbers and units, why a candidate looks as it does, or why there is none.</summary>
internal static class PlacementReasons
{
    /// <summary>The lines of a candidate.</summary>
    public static IReadOnlyList<string> Of(
        PlacementRequest request,
        FitSearch search,
        IReadOnlyList<DeviceWish> wishes,
        Fit fit,
        IReadOnlyList<double> split
    )
    {
        var lines = new List<string> { wishes[0].Because };
        lines.AddRange(search.Room.Devices.Select(static device => device.Words));
        lines.Add(MainMemory(request, search.Room));
        if (search.IsDivided)
        {
            lines.Add(Layers(request, search, fit));
        }

        if (wishes.Count > 1)
        {
            lines.Add(Shares(wishes, split, request.Options.GpuSplit.Count > 0));
        }

        if (fit.ExpertsOnCpu)
        {
            lines.Add(Experts(request));
        }

        lines.Add(Context(request, search.Wishes, fit));
        lines.Add(Cache(search.Wishes, fit, request.Options));
        lines.AddRange(fit.Memory.Select(Account));
        return lines;
    }

    /// <summary>Why a device holds nothing.</summary>
    public static string WhyNot(PlacementRequest request, FitSearch search, IReadOnlyList<ComputeDevice> devices)
    {
        var text = new StringBuilder();
        var options = request.Options;
        text.Append("It does not fit");
        if (search.IsDivided && options.GpuLayers is { } layers)
        {
            text.Append(CultureInfo.InvariantCulture, $" with the {layers} layers that GpuLayers asks for");
        }
        else if (search.IsDivided)
        {
            text.Append(", not even one layer");
        }

        var tokens = search.Wishes.IsGiven ? search.Wishes.Context : search.Wishes.LeastContext;
        text.Append(CultureInfo.InvariantCulture, $" with a context of {ByteText.Count(tokens)} tokens");
        text.Append(search.Shortage is { } shortage ? $": {shortage.Words}." : ".");
        if (
            devices[0].Kind != ComputeDeviceKind.Cpu
            && search.Room.Devices.Any(static device => device.FreeBytes == 0 && device.LimitBytes == 0)
        )
        {
            text.Append(" The device reports no free memory: other programs hold it all.");
        }

        return text.ToString();
    }

    private static string MainMemory(PlacementRequest request, MemoryRoom room)
    {
        var text = new StringBuilder($"Main memory: {ByteText.Of(request.AvailableBytes)} are available");
        if (request.ReservedBytes > 0)
        {
            text.Append($", of which {ByteText.Of(request.ReservedBytes)} belong to models that are loaded already");
        }

        if (request.Options.MemoryBudgetBytes is { } budget)
        {
            text.Append($"; MemoryBudgetBytes allows the model {ByteText.Of(budget)} in all");
        }
        else
        {
            text.Append($"; automatic sizes take at most {ByteText.Of(room.HostComfortBytes)} of it, three quarters");
        }

        return text.Append('.').ToString();
    }

    private static string Layers(PlacementRequest request, FitSearch search, Fit fit)
    {
        var all = search.AllLayers;
        var why = request.Options.GpuLayers is not null ? "as GpuLayers asks" : "as many as fit";
        return fit.Layers == all
            ? $"All {all} layers ({request.Facts.LayerCount} and the output) are computed there."
            : $"{fit.Layers} of {all} layers (the last ones and the output) are computed there, {why}; the other {all - fit.Layers} stay on the CPU.";
    }

    private static string Shares(IReadOnlyList<DeviceWish> wishes, IReadOnlyList<double> split, bool isGiven)
    {
        var sum = split.Sum();
        var shares = wishes.Select(
            (wish, i) => string.Create(CultureInfo.InvariantCulture, $"{wish.Device.Name} {split[i] / sum * 100:0} %")
        );
        return $"The layers are shared {(isGiven ? "as GpuSplit says" : "by free memory, because no single one holds them all")}: "
            + $"{string.Join(", ", shares)}.";
    }

    private static string Experts(PlacementRequest request)
    {
        var bytes = request.Facts.Layers.Sum(static layer => layer.ExpertBytes);
        return request.Options.ExpertsOnCpu == true
            ? $"The experts ({ByteText.Of(bytes)}) stay in main memory, as ExpertsOnCpu asks."
            : $"The experts ({ByteText.Of(bytes)}) stay in main memory: so more layers fit.";
    }

    private static string Context(PlacementRequest request, ContextWishes wishes, Fit fit)
    {
        var tokens = $"A conversation may hold {ByteText.Count(fit.Context)} tokens";
        var trained = request.Facts.TrainedContextTokens;
        return wishes.IsGiven
                ? $"{tokens}, as ContextTokens asks{(fit.Context > trained && trained > 0 ? $"; the model was trained for {ByteText.Count(trained)}" : "")}."
            : fit.Context < wishes.Context
                ? $"{tokens}: more of the {ByteText.Count(wishes.Context)} that are usual do not fit. Set ContextTokens for a longer one."
            : fit.Context == trained ? $"{tokens}, the length that the model was trained for."
            : trained > fit.Context && wishes.GivenCache is null
                ? $"{tokens}, the most that is taken unasked; the model was trained for {ByteText.Count(trained)}. Set ContextTokens for more."
            : $"{tokens}.";
    }

    private static string Cache(ContextWishes wishes, Fit fit, ModelLoadOptions options)
    {
        var type = options.KvCacheType == KvCacheType.Float16 ? string.Empty : $", numbers in {options.KvCacheType}";
        return wishes.IsSplit
            ? $"Each of {wishes.Sequences} conversations has memory of its own: {ByteText.Count(fit.Cache)} tokens in all{type}."
            : $"All conversations together hold {ByteText.Count(fit.Cache)} tokens{type}; {wishes.ConcurrentReplies} are computed at once.";
    }

    private static string Account(DeviceMemory memory) =>
        $"{(memory.Device == DeviceMemory.Host ? "Main memory" : memory.Device)}: weights {ByteText.Of(memory.WeightBytes)}, "
        + $"KV cache {ByteText.Of(memory.KvCacheBytes)}, compute {ByteText.Of(memory.ComputeBytes)}; {ByteText.Of(memory.TotalBytes)} in all.";
}
