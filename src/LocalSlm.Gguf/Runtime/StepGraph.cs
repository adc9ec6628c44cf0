using System.Runtime.InteropServices;

namespace LocalSlm.Gguf.Runtime;

/// <summary>The operations of one step, and the buffers that llama.cpp v0.4.0 reserves for their results: which device computes which
/// (<c>ggml_backend_sched_split_graph</c> of ggml-backend.cpp), what is copied between devices for it, and when the memory of each result is
/// free again (<c>ggml_gallocr_alloc_graph_impl</c> of ggml-alloc.c). Sizes alone; nothing is computed.</summary>
/// <param name="devices">The devices beside the CPU. The CPU comes behind them.</param>
/// <param name="isOffloading">Whether what reads weights of main memory is computed on the first device.</param>
internal sealed class StepGraph(int devices, bool isOffloading)
{
    private const int Unassigned = -1;
    private const int None = -1;

    private readonly List<StepResult> _results = new(256);
    private readonly List<StepOperation> _operations = new(256);
    private readonly List<(int Source, int Copy)> _copies = new(64);
    private readonly List<Run> _runs = new(64);
    private int _place;

    /// <summary>Gets main memory's place behind the devices.</summary>
    public int Host { get; } = devices;

    /// <summary>Adds what a step is given. It lies in main memory from the start.</summary>
    /// <param name="bytes">Its size.</param>
    /// <returns>The result.</returns>
    public int AddInput(long bytes) => Add(new StepResult(bytes, Host) { IsInput = true });

    /// <summary>Adds memory that is there already: a layer's keys or values.</summary>
    /// <param name="bytes">Its size.</param>
    /// <param name="device">Where it is.</param>
    /// <returns>The result.</returns>
    public int AddKept(long bytes, int device) => Add(new StepResult(bytes, device) { IsKept = true });

    /// <summary>Adds an operation that follows what it reads.</summary>
    /// <param name="bytes">The size of its result.</param>
    /// <param name="reads">What it reads; −1 for nothing.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="views">The views before it in the library's list.</param>
    /// <param name="isInPlace">Whether its result may overwrite what it reads.</param>
    /// <returns>The result.</returns>
    public int Follow(
        long bytes,
        ReadOnlySpan<int> reads,
        StepOperationKind kind = StepOperationKind.Other,
        int views = 0,
        bool isInPlace = false
    ) => Append(Add(new StepResult(bytes, Unassigned)), reads, kind, views, isInPlace, Unassigned, 0);

    /// <summary>Adds an operation that reads weights. It is computed where they are, or offloaded and they with it.</summary>
    /// <param name="bytes">The size of its result.</param>
    /// <param name="reads">What it reads.</param>
    /// <param name="weights">The size of the weights.</param>
    /// <param name="device">Where they are.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="views">The views before it in the library's list.</param>
    /// <returns>The result.</returns>
    public int Weigh(
        long bytes,
        ReadOnlySpan<int> reads,
        long weights,
        int device,
        StepOperationKind kind = StepOperationKind.Multiply,
        int views = 0
    )
    {
        var at = device == Host && isOffloading ? 0 : device;
        var isInPlace = kind == StepOperationKind.Scale;
        var result = Add(new StepResult(bytes, Unassigned));
        return Append(result, reads, kind, views, isInPlace, at, at == device ? 0 : weights);
    }

    /// <summary>Adds an operation that writes into what is kept, where that is.</summary>
    public void Store(int kept, ReadOnlySpan<int> reads) =>
        Append(kept, reads, StepOperationKind.Store, 1, false, _results[kept].Device, 0);

    /// <summary>Adds an operation of the CPU.</summary>
    public int Look(long bytes, ReadOnlySpan<int> reads) =>
        Append(Add(new StepResult(bytes, Unassigned)), reads, StepOperationKind.Other, 0, false, Host, 0);

    /// <summary>Works out the buffers.</summary>
    /// <param name="isSorted">For each device, whether its operations are sorted as the Vulkan backend does.</param>
    /// <param name="buffers">What is added up so far; each becomes the greater.</param>
    public void Measure(ReadOnlySpan<bool> isSorted, Span<long> buffers)
    {
        Assign();
        Split();
        var operations = CollectionsMarshal.AsSpan(_operations);
        foreach (var run in _runs)
        {
            if (run.Device != Host && isSorted[run.Device])
            {
                StepOrder.Sort(operations[run.Start..run.End]);
            }
        }

        CountReaders();
        var packed = new BestFitBuffer[Host + 1];
        for (var i = 0; i <= Host; i++)
        {
            packed[i] = new BestFitBuffer();
        }

        Pack(packed);
        for (var i = 0; i <= Host; i++)
        {
            buffers[i] = Math.Max(buffers[i], packed[i].Size);
        }
    }

    /// <summary>Operations that nothing ties to a device are computed where their neighbours are, on a device rather than the CPU.</summary>
    private void Assign()
    {
        var operations = CollectionsMarshal.AsSpan(_operations);
        var near = Unassigned;
        for (var i = 0; i < operations.Length; i++)
        {
            near = Spread(ref operations[i], near);
        }

        near = Unassigned;
        for (var i = operations.Length - 1; i >= 0; i--)
        {
            near = Spread(ref operations[i], near);
        }

        var results = CollectionsMarshal.AsSpan(_results);
        foreach (ref var one in operations)
        {
            one.Device = one.Device == Unassigned ? Host : one.Device;
            results[one.Result].Device = one.Device;
        }
    }

    private int Spread(ref StepOperation one, int near)
    {
        if (one.Device == Unassigned)
        {
            one.Device = near;
            return near;
        }

        return one.Device == Host ? Unassigned : one.Device;
    }

    /// <summary>Cuts the operations into runs of one device. What a run reads from elsewhere is copied at its start; weights that are
    /// copied start a run, so that each may take the place of the one before.</summary>
    private void Split()
    {
        var operations = CollectionsMarshal.AsSpan(_operations);
        var copyOf = new int[_results.Count * (Host + 1)];
        var run = new Run(operations.Length == 0 ? Host : operations[0].Device, 0, 0);
        for (var i = 0; i < operations.Length; i++)
        {
            ref var one = ref operations[i];
            if (one.Device != run.Device || (one.CopiedWeightBytes > 0 && _copies.Count > run.FirstCopy))
            {
                _runs.Add(run with { End = i, EndCopy = _copies.Count });
                run = new Run(one.Device, i, _copies.Count);
            }

            var reads = one.ReadCount;
            if (one.CopiedWeightBytes > 0)
            {
                var weights = Add(new StepResult(one.CopiedWeightBytes, one.Device));
                _copies.Add((None, weights));
                one.Read(weights);
            }

            for (var read = 0; read < reads; read++)
            {
                var source = one.Reads[read];
                var from = _results[source];
                if (from.Device == one.Device)
                {
                    continue;
                }

                ref var copy = ref copyOf[(source * (Host + 1)) + one.Device];
                if (copy == 0)
                {
                    copy = Add(new StepResult(from.Bytes, one.Device));
                    _copies.Add((source, copy));
                }

                one.Reads[read] = copy;
            }
        }

        _runs.Add(run with { End = operations.Length, EndCopy = _copies.Count });
    }

    private void CountReaders()
    {
        var results = CollectionsMarshal.AsSpan(_results);
        foreach (var (source, _) in _copies)
        {
            if (source != None)
            {
                results[source].Readers++;
            }
        }

        foreach (ref readonly var one in CollectionsMarshal.AsSpan(_operations))
        {
            for (var i = 0; i < one.ReadCount; i++)
            {
                results[one.Reads[i]].Readers++;
            }
        }
    }

    private void Pack(BestFitBuffer[] packed)
    {
        var results = CollectionsMarshal.AsSpan(_results);
        foreach (ref var result in results)
        {
            if (result.IsInput)
            {
                Place(ref result, packed);
            }
        }

        var operations = CollectionsMarshal.AsSpan(_operations);
        foreach (var run in _runs)
        {
            for (var i = run.FirstCopy; i < run.EndCopy; i++)
            {
                var (source, copy) = _copies[i];
                if (source != None)
                {
                    Release(ref results[source], packed);
                }

                Place(ref results[copy], packed);
            }

            for (var i = run.Start; i < run.End; i++)
            {
                ref readonly var one = ref operations[i];
                if (!one.IsInPlace || !Overwrite(in one, results))
                {
                    Place(ref results[one.Result], packed);
                }

                for (var read = 0; read < one.ReadCount; read++)
                {
                    Release(ref results[one.Reads[read]], packed);
                }
            }
        }
    }

    private static bool Overwrite(in StepOperation one, Span<StepResult> results)
    {
        ref var result = ref results[one.Result];
        for (var i = 0; i < one.ReadCount; i++)
        {
            ref var read = ref results[one.Reads[i]];
            if (read.IsPlaced && read.Readers == 1 && read.Bytes == result.Bytes)
            {
                result.Start = read.Start;
                result.IsPlaced = true;
                read.IsPlaced = false;
                return true;
            }
        }

        return false;
    }

    private static void Place(ref StepResult result, BestFitBuffer[] packed)
    {
        if (!result.IsKept && !result.IsPlaced)
        {
            result.Start = packed[result.Device].Take(result.Bytes);
            result.IsPlaced = true;
        }
    }

    private static void Release(ref StepResult result, BestFitBuffer[] packed)
    {
        if (--result.Readers == 0 && result.IsPlaced)
        {
            packed[result.Device].Return(result.Start, result.Bytes);
            result.IsPlaced = false;
        }
    }

    private int Add(StepResult result)
    {
        _results.Add(result);
        return _results.Count - 1;
    }

    private int Append(
        int result,
        ReadOnlySpan<int> reads,
        StepOperationKind kind,
        int views,
        bool isInPlace,
        int device,
        long copiedWeights
    )
    {
        _place += 1 + views;
        var one = new StepOperation
        {
            Result = result,
            Kind = kind,
            Place = _place,
            IsInPlace = isInPlace,
            Device = device,
            CopiedWeightBytes = copiedWeights,
        };
        foreach (var read in reads)
        {
            one.Read(read);
        }

        _operations.Add(one);
        return result;
    }

    private readonly record struct Run(int Device, int Start, int FirstCopy)
    {
        public int End { get; init; }

        public int EndCopy { get; init; }
    }
}
