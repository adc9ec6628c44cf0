namespace LocalSlm.Placement;

/// <summary>Makes placements. Pure: it reads no machine state and loads nothing.</summary>
internal sealed class PlacementPlanner
{
    private readonly PlacementRequest _request;
    private readonly ContextWishes _wishes;
    private readonly DeviceOrder _order;
    private readonly List<(PlacementCandidate Candidate, FitSearch Search)> _candidates = [];

    private PlacementPlanner(PlacementRequest request, DeviceOrder order)
    {
        _request = request;
        _order = order;
        _wishes = ContextWishes.Of(request.Facts, request.Options);
    }

    /// <summary>Makes a plan.</summary>
    public static PlacementPlan Plan(PlacementRequest request) =>
        Plan(request, DeviceOrder.Make(request.Options, request.Devices));

    /// <summary>Makes a plan.</summary>
    /// <param name="request">What is planned.</param>
    /// <param name="order">The order of the request's devices, newly made. It gets what has no room.</param>
    public static PlacementPlan Plan(PlacementRequest request, DeviceOrder order)
    {
        var wishes = order.Wishes;
        var planner = new PlacementPlanner(request, order);
        planner.TellOfMissingGpus(wishes);
        for (var i = 0; i < wishes.Count; )
        {
            var end = i + 1;
            while (end < wishes.Count && wishes[end].Group == wishes[i].Group)
            {
                end++;
            }

            planner.AddGroup([.. wishes.Skip(i).Take(end - i)], isLast: end == wishes.Count);
            i = end;
        }

        return new PlacementPlan
        {
            Facts = request.Facts,
            Candidates = [.. planner._candidates.Select(static pair => pair.Candidate)],
            Excluded = [.. order.Excluded.Select(static one => one.Attempt)],
            MostContextTokens = planner._candidates is [var best, ..]
                ? best.Search.FindMostContext(best.Candidate.ContextTokens)
                : 0,
        };
    }

    private void TellOfMissingGpus(IReadOnlyList<DeviceWish> wishes)
    {
        var options = _request.Options;
        var asked =
            options.GpuLayers > 0 ? $"GpuLayers is {options.GpuLayers}"
            : options.GpuSplit.Count > 0 ? "GpuSplit is set"
            : null;
        if (
            asked is not null
            && options.RequireDevice is null
            && options.Devices.Count == 0
            && wishes.All(static wish => wish.Device.Kind == ComputeDeviceKind.Cpu && wish.Device.Provider is null)
        )
        {
            var reason = $"{asked}, but no graphics processor is listed that could take layers.";
            _order.LeaveOut(new(new("gpu", reason), LeftOutCause.Unmet, Place: -1));
        }
    }

    /// <summary>Adds the devices that one selector named: those that hold the whole model first, then all of them together, then those that
    /// hold a part.</summary>
    private void AddGroup(List<DeviceWish> wishes, bool isLast)
    {
        var options = _request.Options;
        var sharing = options.GpuSplit.Count == 0 ? Partners(wishes) : Shareable(wishes);
        if (options.GpuSplit.Count > 0 && sharing.Count > 0)
        {
            AddGiven(sharing, isLast && wishes.Count == sharing.Count);
            wishes = [.. wishes.Except(sharing)];
            sharing = [];
        }

        var partial = new List<(PlacementCandidate, FitSearch)>();
        var hasWhole = false;
        for (var i = 0; i < wishes.Count; i++)
        {
            var isLastResort = isLast && i == wishes.Count - 1;
            if (Try([wishes[i]], [], isLastResort) is not { } tried)
            {
                continue;
            }

            if (tried.Search.IsDivided && !IsWhole(tried.Candidate, tried.Search))
            {
                partial.Add(tried);
            }
            else
            {
                hasWhole |= tried.Search.IsDivided;
                _candidates.Add(tried);
            }
        }

        if (
            !hasWhole
            && sharing.Count > 1
            && Try(sharing, [], isLastResort: false) is { } together
            && partial.TrueForAll(one => Rank(one.Item1).CompareTo(Rank(together.Candidate)) < 0)
        )
        {
            // In front of those that hold a part: none of them holds as much alone.
            _candidates.Add(together);
        }

        _candidates.AddRange(partial);
    }

    /// <summary>How much of the model a candidate holds; the length of a conversation counts most.</summary>
    private static (int Context, int Layers, bool HasExperts) Rank(PlacementCandidate candidate) =>
        (candidate.ContextTokens, candidate.GpuLayers, !candidate.ExpertsOnCpu);

    /// <summary>The graphics processors that are to share the layers as the caller says.</summary>
    private void AddGiven(List<DeviceWish> gpus, bool isLastResort)
    {
        var shares = _request.Options.GpuSplit;
        if (shares.Count > gpus.Count)
        {
            var names = string.Join(" + ", gpus.Select(static wish => wish.Device.Name));
            var reason =
                $"GpuSplit holds {shares.Count} shares, but {gpus.Count} graphics processor(s) can be used. Give one share for each.";
            _order.LeaveOut(new(new(names, reason), LeftOutCause.Unmet, gpus[0].Place));
        }
        else if (Try([.. gpus.Take(shares.Count)], [.. shares], isLastResort) is { } tried)
        {
            _candidates.Add(tried);
        }
    }

    private (PlacementCandidate Candidate, FitSearch Search)? Try(
        List<DeviceWish> wishes,
        IReadOnlyList<double> split,
        bool isLastResort
    )
    {
        var devices = wishes.ConvertAll(static wish => wish.Device);
        if (devices.Count > 1 && split.Count == 0)
        {
            split = SplitByRoom(devices);
        }

        var search = new FitSearch(_request, _wishes, devices, split);
        if (search.Find(isLastResort) is not { } fit)
        {
            var names = string.Join(" + ", devices.Select(DeviceOrder.Words));
            var reason = PlacementReasons.WhyNot(_request, search, devices);
            var isChosenHere = wishes.Count > 1 && _request.Options.GpuSplit.Count == 0;
            var cause = isChosenHere ? LeftOutCause.Combination : LeftOutCause.NoRoom;
            _order.LeaveOut(new(new(names, reason), cause, wishes[0].Place, wishes.Count == 1 ? wishes[0] : null));
            return null;
        }

        var layers =
            search.IsDivided ? fit.Layers
            : devices[0].Kind == ComputeDeviceKind.Cpu ? 0
            : _request.Facts.LayerCount;
        var candidate = new PlacementCandidate
        {
            Device = devices[0],
            Devices = devices,
            GpuSplit = devices.Count > 1 ? split : [],
            GpuLayers = layers,
            ExpertsOnCpu = fit.ExpertsOnCpu,
            ContextTokens = fit.Context,
            CacheTokens = fit.Cache,
            KvCacheType = _request.Options.KvCacheType,
            MaxConcurrentReplies = _request.Options.MaxConcurrentReplies,
            Threads = _request.Options.Threads ?? _request.ComputeThreads,
            Memory = fit.Memory,
            MarginBytes = search.Room.GetMargin(fit.Memory),
            Reasons = PlacementReasons.Of(_request, search, wishes, fit, split),
        };
        return (candidate, search);
    }

    private bool IsWhole(PlacementCandidate candidate, FitSearch search) =>
        candidate.ContextTokens >= _wishes.Context
        && (
            _request.Options.GpuLayers is not null
            || (
                candidate.GpuLayers == search.AllLayers
                && candidate.ExpertsOnCpu == (_request.Options.ExpertsOnCpu == true)
            )
        );

    /// <summary>Graphics processors of one backend with memory of their own: the ones that share layers unasked.</summary>
    private static List<DeviceWish> Partners(List<DeviceWish> wishes)
    {
        var gpus = Shareable(wishes);
        return gpus.Count == 0
            ? []
            : [.. gpus.Where(wish => wish.Device.Kind == ComputeDeviceKind.Gpu && Backend(wish) == Backend(gpus[0]))];
    }

    /// <summary>Graphics processors that can share layers, each once: two backends may drive the same one.</summary>
    private static List<DeviceWish> Shareable(List<DeviceWish> wishes)
    {
        var addresses = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. wishes.Where(wish =>
                wish.Device is { Kind: ComputeDeviceKind.Gpu or ComputeDeviceKind.IntegratedGpu, Provider: null }
                && (wish.Device.PciAddress is not { } address || addresses.Add(address))
            ),
        ];
    }

    private static string Backend(DeviceWish wish) => wish.Device.Name.TrimEnd("0123456789".ToCharArray());

    /// <summary>The share of each device by what may be taken there, in thousandths.</summary>
    private double[] SplitByRoom(List<ComputeDevice> devices)
    {
        var room = new MemoryRoom(_request, devices, isDivided: true);
        var bytes = room.Devices.Select(device =>
            (double)Math.Max(1, Math.Min(device.LimitBytes, device.IsShared ? room.HostComfortBytes : long.MaxValue))
        );
        var sum = bytes.Sum();
        return [.. bytes.Select(one => Math.Max(0.001, Math.Round(one / sum, 3)))];
    }
}
