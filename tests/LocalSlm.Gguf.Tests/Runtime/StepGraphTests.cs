using LocalSlm.Gguf.Runtime;

namespace LocalSlm.Tests.Runtime;

/// <summary>Sizes are worked out by hand, from the rules that <see cref="StepGraph"/> names; whole models are compared with the library itself
/// elsewhere.</summary>
public sealed class StepGraphTests
{
    [Fact]
    public void Measure_Chain_TakesPlacesOfWhatNobodyReadsAnyMore()
    {
        var graph = new StepGraph(0, isOffloading: false);
        var input = graph.AddInput(128);
        var first = graph.Follow(256, [input]);
        var second = graph.Follow(384, [first]);
        _ = graph.Follow(128, [second]);

        Assert.Equal([128 + 256 + 384], Measure(graph, 0));
    }

    [Fact]
    public void Measure_ResultReadLater_KeepsItsPlace()
    {
        var graph = new StepGraph(0, isOffloading: false);
        var input = graph.AddInput(128);
        var first = graph.Follow(256, [input]);
        var second = graph.Follow(384, [first]);
        var third = graph.Follow(256, [second]);
        _ = graph.Follow(128, [first, third]);

        Assert.Equal([128 + 256 + 384 + 256], Measure(graph, 0));
    }

    [Fact]
    public void Measure_InPlace_OverwritesUnlessAnotherReadsItToo()
    {
        var graph = new StepGraph(0, isOffloading: false);
        _ = graph.Follow(256, [graph.AddInput(128)]);
        var alone = new StepGraph(0, isOffloading: false);
        _ = alone.Follow(256, [alone.Follow(256, [alone.AddInput(128)])], isInPlace: true);
        Assert.Equal(Measure(graph, 0), Measure(alone, 0));

        var shared = new StepGraph(0, isOffloading: false);
        var first = shared.Follow(256, [shared.AddInput(128)]);
        _ = shared.Follow(128, [shared.Follow(256, [first], isInPlace: true), first]);
        Assert.Equal([128 + 256 + 256], Measure(shared, 0));
    }

    [Fact]
    public void Measure_LayersOnDeviceAndInMainMemory_CopiesWhatCrosses()
    {
        var graph = new StepGraph(1, isOffloading: false);
        var first = graph.Weigh(256, [graph.AddInput(128)], 1024, graph.Host);
        _ = graph.Weigh(512, [first], 1024, 0);

        Assert.Equal([256 + 512, 128 + 256], Measure(graph, 1));
    }

    [Fact]
    public void Measure_KeptMemory_IsNotCounted()
    {
        var graph = new StepGraph(1, isOffloading: false);
        var kept = graph.AddKept(1 << 20, 0);
        var first = graph.Weigh(256, [graph.AddInput(128)], 1024, 0);
        graph.Store(kept, [first]);

        Assert.Equal([128 + 256, 128], Measure(graph, 1));
    }

    [Fact]
    public void Measure_OffloadedWeights_TakeEachOthersPlace()
    {
        var graph = new StepGraph(1, isOffloading: true);
        var first = graph.Weigh(256, [graph.AddInput(128)], 1024, graph.Host);
        _ = graph.Weigh(256, [first], 1024, graph.Host);

        Assert.Equal([1024 + 128 + 256 + 256, 128], Measure(graph, 1));
    }

    [Fact]
    public void Measure_OperationsThatNothingTies_GoWhereTheirNeighboursAre()
    {
        var graph = new StepGraph(1, isOffloading: false);
        var first = graph.Weigh(256, [graph.AddInput(128)], 1024, 0);
        _ = graph.Weigh(256, [graph.Follow(512, [first])], 1024, 0);

        Assert.Equal([128 + 256 + 512, 128], Measure(graph, 1));
    }

    private static long[] Measure(StepGraph graph, int devices)
    {
        var buffers = new long[devices + 1];
        graph.Measure(new bool[devices], buffers);
        return buffers;
    }
}
