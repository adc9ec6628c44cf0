using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace LocalSlm.Gguf.Runtime;

/// <summary>What a model's layers are like for the graph of a step, worked out once for each model, and the buffers that were worked out
/// already: a plan asks for the same ones many times.</summary>
internal sealed class StepWeights
{
    // Lengths of conversations, numbers of layers: far fewer are asked for in one plan.
    private const int MostKnown = 1024;

    private static readonly ConditionalWeakTable<ModelFacts, StepWeights> s_known = [];

    private readonly LayerFacts?[] _samples = new LayerFacts?[LayerTally.Kinds];
    private readonly ConcurrentDictionary<Question, long[]> _answers = new();

    private StepWeights(ModelFacts facts)
    {
        QueryLength = facts.QueryLength > 0 ? facts.QueryLength : facts.EmbeddingLength;
        ForwardLength = facts.FeedForwardLength > 0 ? facts.FeedForwardLength : 4L * facts.EmbeddingLength;

        // A file that does not tell its layers is one large one.
        var count = Math.Max(1, facts.LayerCount);
        var kinds = new int[count];
        long dense = 0;
        long keyLength = 0;
        for (var i = 0; i < count; i++)
        {
            var layer =
                i < facts.Layers.Count
                    ? facts.Layers[i]
                    : new LayerFacts(facts.WeightBytes / count, 0, facts.KvBytesPerToken / count);
            kinds[i] = LayerTally.KindOf(layer);
            ref var sample = ref _samples[kinds[i]];
            sample = sample is null || layer.KvBytesPerToken > sample.KvBytesPerToken ? layer : sample;
            HasSliding |= layer.IsSliding;
            keyLength = Math.Max(keyLength, KeyLengthOf(layer));
            ExpertMatrix = Math.Max(ExpertMatrix, layer.ExpertBytes / 3);
            if (layer.WeightBytes - layer.ExpertBytes > OwnBytes)
            {
                OwnBytes = layer.WeightBytes - layer.ExpertBytes;
                dense = layer.ExpertBytes > 0 ? 0 : 3;
            }
        }

        Kinds = kinds;
        KeyLength = keyLength;
        OwnValues = facts.EmbeddingLength * ((2 * (QueryLength + keyLength)) + (dense * ForwardLength));
    }

    /// <summary>Gets the kind of each layer.</summary>
    public IReadOnlyList<int> Kinds { get; }

    /// <summary>Gets a value indicating whether some layers look back a window only.</summary>
    public bool HasSliding { get; }

    /// <summary>Gets the width of the queries of all heads.</summary>
    public long QueryLength { get; }

    /// <summary>Gets the width inside the feed-forward part.</summary>
    public long ForwardLength { get; }

    /// <summary>Gets the width of the keys of the widest layer.</summary>
    public long KeyLength { get; }

    /// <summary>Gets the bytes of one matrix of all experts of the largest layer.</summary>
    public long ExpertMatrix { get; }

    private long OwnBytes { get; }

    private long OwnValues { get; }

    /// <summary>The width of a layer's keys. Values are as wide in nearly every model: half of the 16-bit pair.</summary>
    public static long KeyLengthOf(LayerFacts layer) => layer.KvBytesPerToken / 4;

    /// <summary>Those of a model.</summary>
    public static StepWeights Of(ModelFacts facts) => s_known.GetValue(facts, static one => new StepWeights(one));

    /// <summary>A layer of a kind that the model has: the one with the most keys.</summary>
    public LayerFacts SampleOf(int kind) => _samples[kind]!;

    /// <summary>The bytes of a matrix of the largest layer, experts apart: its share of the layer's values. Files tell the layer's sum
    /// alone.</summary>
    public long BytesOf(long values) => OwnValues == 0 ? 0 : (long)((double)values / OwnValues * OwnBytes);

    /// <summary>Gives the buffers of a question that was asked before.</summary>
    public bool TryGetAnswer(Question question, out long[] buffers) => _answers.TryGetValue(question, out buffers!);

    /// <summary>Keeps the buffers of a question.</summary>
    public void Keep(Question question, long[] buffers)
    {
        if (_answers.Count >= MostKnown)
        {
            _answers.Clear();
        }

        _answers[question] = buffers;
    }

    /// <summary>All that a model's compute buffers depend on.</summary>
    /// <param name="Plan">The context.</param>
    /// <param name="Type">The type of keys and values.</param>
    /// <param name="HasFlash">Whether flash attention is on.</param>
    /// <param name="ExpertsOnCpu">Whether experts stay in main memory.</param>
    /// <param name="Tally">The layers of each device.</param>
    /// <param name="Places">The devices.</param>
    /// <param name="Sorted">Which of them sort operations, bit by bit.</param>
    /// <param name="Output">Where the output is.</param>
    public readonly record struct Question(
        ContextPlan Plan,
        KvCacheType Type,
        bool HasFlash,
        bool ExpertsOnCpu,
        UInt128 Tally,
        int Places,
        ulong Sorted,
        int Output
    );
}
