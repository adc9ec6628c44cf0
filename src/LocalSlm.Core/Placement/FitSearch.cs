namespace LocalSlm.Placement;

/// <summary>Finds how much of a model fits one device, or several that share its layers. What gives way, in this order: the memory for
/// further conversations, the experts of a mixture, layers, the length of a conversation.</summary>
internal sealed class FitSearch
{
    private readonly PlacementRequest _request;
    private readonly IReadOnlyList<ComputeDevice> _devices;
    private readonly ModelLoadOptions _trial;
    private readonly bool _isDivided;
    private IReadOnlyList<DeviceMemory> _memory = [];

    /// <summary>Creates the search.</summary>
    /// <param name="request">What there is.</param>
    /// <param name="wishes">How long conversations are to be.</param>
    /// <param name="devices">The candidate's devices.</param>
    /// <param name="split">The share of each, if there are several.</param>
    public FitSearch(
        PlacementRequest request,
        ContextWishes wishes,
        IReadOnlyList<ComputeDevice> devices,
        IReadOnlyList<double> split
    )
    {
        _request = request;
        _devices = devices;
        Wishes = wishes;
        _trial = PlacementCandidateExtensions.Resolve(request.Options, devices, split);
        var estimate = request.Estimate(request.Facts, _trial);

        // Runtimes with execution providers place a model as a whole.
        _isDivided = devices[0] is { Kind: not ComputeDeviceKind.Cpu, Provider: null } && estimate.ByDevice.Count > 0;
        Room = new MemoryRoom(request, devices, _isDivided);
    }

    public ContextWishes Wishes { get; }

    public MemoryRoom Room { get; }

    /// <summary>Gets the layers that a graphics processor can take, the output counted as one.</summary>
    public int AllLayers => _request.Facts.LayerCount + 1;

    /// <summary>Gets whether the layers may be divided between devices and main memory.</summary>
    public bool IsDivided => _isDivided;

    /// <summary>Gets what was short at the last try that failed.</summary>
    public MemoryShortage? Shortage { get; private set; }

    /// <summary>Gets the options of the last try; after a search that failed, those of the smallest one.</summary>
    public ModelLoadOptions Smallest => _trial;

    private bool IsMixture => _request.Facts.ExpertCount > 0;

    /// <summary>Finds the best fit.</summary>
    /// <param name="isLastResort">Whether a conversation may become as short as it can be: there is no other device.</param>
    /// <returns>The fit; <see langword="null"/> if there is none, and <see cref="Shortage"/> tells why.</returns>
    public Fit? Find(bool isLastResort)
    {
        var least = isLastResort ? Wishes.LastResort : Wishes.LeastContext;
        if (CanHold(Wishes.Context, isComfortable: true))
        {
            return Complete(Wishes.Context, isComfortable: true);
        }

        if (!Wishes.IsGiven && CanHold(least, isComfortable: true))
        {
            return Complete(LongestBetween(least, Wishes.Context, isComfortable: true), isComfortable: true);
        }

        return CanHold(least, isComfortable: false) ? Complete(least, isComfortable: false) : null;
    }

    /// <summary>Finds the longest conversation that would fit if it was asked for.</summary>
    /// <param name="known">A length that fits.</param>
    public int FindMostContext(int known)
    {
        var trained = _request.Facts.TrainedContextTokens;
        return trained <= known ? known
            : CanHold(trained, isComfortable: false) ? trained
            : LongestBetween(known, trained, isComfortable: false);
    }

    private bool CanHold(int context, bool isComfortable) =>
        ChooseLayers(context, Wishes.LeastCacheFor(context), isComfortable) is not null;

    /// <summary>The longest that fits, in steps; the shorter bound is known to fit, the longer one not to.</summary>
    private int LongestBetween(int fits, int tooLong, bool isComfortable)
    {
        var low = (fits + ContextWishes.Step - 1) / ContextWishes.Step;
        var high = (tooLong - 1) / ContextWishes.Step;
        var best = fits;
        while (low <= high)
        {
            var middle = low + ((high - low) / 2);
            if (CanHold(middle * ContextWishes.Step, isComfortable))
            {
                best = Math.Max(best, middle * ContextWishes.Step);
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return best;
    }

    private Fit Complete(int context, bool isComfortable)
    {
        var least = Wishes.LeastCacheFor(context);
        var (layers, expertsOnCpu) = ChooseLayers(context, least, isComfortable)!.Value;

        // What is left goes to further conversations.
        var cache = Wishes.CacheFor(context);
        if (cache > least && !Fits(layers, expertsOnCpu, context, cache, isComfortable))
        {
            var low = least / ContextWishes.Step;
            var high = cache / ContextWishes.Step;
            while (low < high)
            {
                var middle = low + ((high - low + 1) / 2);
                if (Fits(layers, expertsOnCpu, context, Math.Max(least, middle * ContextWishes.Step), isComfortable))
                {
                    low = middle;
                }
                else
                {
                    high = middle - 1;
                }
            }

            cache = Math.Max(least, low * ContextWishes.Step);
        }

        Fits(layers, expertsOnCpu, context, cache, isComfortable);
        return new Fit(layers, expertsOnCpu, context, cache, _memory);
    }

    /// <summary>The most layers that fit, with the experts on the device if that costs none of them.</summary>
    private (int Layers, bool ExpertsOnCpu)? ChooseLayers(int context, int cache, bool isComfortable)
    {
        if (!_isDivided)
        {
            return Fits(0, false, context, cache, isComfortable) ? (0, false) : null;
        }

        var given = _request.Options.ExpertsOnCpu;
        var whole = given == true ? 0 : MostLayers(expertsOnCpu: false, context, cache, isComfortable);
        var wanted = Math.Min(_request.Options.GpuLayers ?? AllLayers, AllLayers);
        if (whole < wanted && given != false && IsMixture)
        {
            var divided = MostLayers(expertsOnCpu: true, context, cache, isComfortable);
            if (divided > whole)
            {
                return (divided, true);
            }
        }

        return whole > 0 ? (whole, false) : null;
    }

    private int MostLayers(bool expertsOnCpu, int context, int cache, bool isComfortable)
    {
        if (_request.Options.GpuLayers is { } given)
        {
            var exact = Math.Min(given, AllLayers);
            return Fits(exact, expertsOnCpu, context, cache, isComfortable) ? exact : 0;
        }

        if (Fits(AllLayers, expertsOnCpu, context, cache, isComfortable))
        {
            return AllLayers;
        }

        // Every further layer takes more of the device. What several devices take jumps where their borders move: there, each number is tried.
        var low = 0;
        var high = AllLayers - 1;
        while (_devices.Count == 1 && low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            if (FitsDevices(middle, expertsOnCpu, context, cache, isComfortable))
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        while (high > 0 && !Fits(high, expertsOnCpu, context, cache, isComfortable))
        {
            high = _devices.Count == 1 ? 0 : high - 1;
        }

        return high;
    }

    private bool Fits(int layers, bool expertsOnCpu, int context, int cache, bool isComfortable)
    {
        Measure(layers, expertsOnCpu, context, cache);
        var shortage = Room.FindShortage(_memory, isComfortable);
        Shortage = shortage ?? Shortage;
        return shortage is null;
    }

    private bool FitsDevices(int layers, bool expertsOnCpu, int context, int cache, bool isComfortable)
    {
        Measure(layers, expertsOnCpu, context, cache);
        return Room.FindShortage(_memory, isComfortable, devicesOnly: true) is null;
    }

    private void Measure(int layers, bool expertsOnCpu, int context, int cache)
    {
        PlacementCandidateExtensions.SetLengths(_trial, context, cache);
        if (_isDivided)
        {
            _trial.GpuLayers = layers;
            _trial.ExpertsOnCpu = expertsOnCpu;
        }

        var estimate = _request.Estimate(_request.Facts, _trial);
        var device = _devices[0];
        _memory =
            estimate.ByDevice.Count > 0
                ? estimate.ByDevice
                :
                [
                    new DeviceMemory(
                        device.Kind == ComputeDeviceKind.Cpu ? DeviceMemory.Host : device.Name,
                        estimate.WeightBytes,
                        estimate.KvCacheBytes,
                        estimate.ComputeBytes
                    ),
                ];
    }
}
