using LocalSlm.Onnx.Devices;
using LocalSlm.Placement;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Estimates the memory that a graph takes. Pure. Whether it fits, and what gives way, is decided by
/// <see cref="PlacementPlanner"/>.</summary>
internal static class OnnxMemory
{
    /// <summary>The states that a run reads, those that it gives, and those that the row began with (<see cref="SequenceDecoder"/>).</summary>
    private const int SpareStates = 2;

    /// <summary>Estimates memory, by device, without refusing anything.</summary>
    /// <param name="facts">The model.</param>
    /// <param name="options">How it would be loaded, on one device; none stands for the processor.</param>
    /// <param name="graph">What its graph takes.</param>
    public static MemoryEstimate Estimate(ModelFacts facts, ModelLoadOptions options, GraphCost graph)
    {
        var wishes = ContextWishes.Of(facts, options);
        var selector = options.Devices.Count == 0 ? DeviceSelector.Cpu : options.Devices[0];
        var isProcessor =
            selector.Kind is null or ComputeDeviceKind.Cpu && selector.Provider is null or ListedDevice.CpuProvider;

        // A run that copies reads the keys and values of one conversation and writes longer ones: it is there twice for as long.
        long context = wishes.Context;
        var copies = graph.Appends && isProcessor ? 0 : context;
        var states = facts.RecurrentBytesPerSequence > 0 ? wishes.Sequences + SpareStates : 0;
        var held =
            ((wishes.CacheFor(wishes.Context) + copies) * graph.KvBytesPerToken)
            + (states * facts.RecurrentBytesPerSequence);
        var (activations, logits) = GetComputeBytes(facts, options, context, graph);
        if (selector.Kind is null or ComputeDeviceKind.Cpu)
        {
            // ONNX Runtime packs weights before the first step and keeps what it packed from in its arena.
            return new MemoryEstimate(
                facts.WeightBytes + (isProcessor ? graph.PackedBytes : 0),
                held,
                activations + logits
            );
        }

        // What conversations hold stays in main memory; a run takes the keys and values of one to the device and brings longer ones back.
        var name = selector.Name ?? selector.ToString();
        var running = (2 * context * graph.KvBytesPerToken) + (Math.Min(states, 2) * facts.RecurrentBytesPerSequence);
        return new MemoryEstimate(facts.WeightBytes, held + running, activations + (2 * logits))
        {
            ByDevice =
            [
                new DeviceMemory(name, facts.WeightBytes, running, activations + logits),
                new DeviceMemory(DeviceMemory.Host, 0, held, logits),
            ],
        };
    }

    /// <summary>Activations of one batch: a few rows of the hidden state, the widest several times as wide; and the logits, which many
    /// graphs give for every token of a run. The scores of attention, of every token with every other, are there four times where its steps are
    /// operators of their own, and twice where they are one: so it was measured (<c>docs/guide/placement.md</c>).</summary>
    private static (long Activations, long Logits) GetComputeBytes(
        ModelFacts facts,
        ModelLoadOptions options,
        long context,
        GraphCost graph
    )
    {
        var row = facts.CanGenerate ? (long)facts.VocabularySize * sizeof(float) : 0;
        var logits = Math.Min(
            options.BatchTokens * row,
            Math.Max(PromptPiece.LogitBytes, PromptPiece.LeastTokens * row)
        );
        var scores = graph.KvBytesPerToken > 0 ? options.BatchTokens * context * facts.HeadCount * sizeof(float) : 0;
        return (
            ((long)options.BatchTokens * facts.EmbeddingLength * sizeof(float) * 16)
                + (scores * (graph.FusesAttention ? 2 : 4)),
            logits + (row * options.MaxConcurrentReplies)
        );
    }
}
