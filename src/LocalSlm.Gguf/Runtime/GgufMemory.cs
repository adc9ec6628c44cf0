namespace LocalSlm.Gguf.Runtime;

/// <summary>Works out the buffers that llama.cpp v0.4.0 will make for a model. Pure.</summary>
/// <remarks>Weights and KV cache follow the library's own arithmetic (<c>llama_model::load_tensors</c>, <c>llama_kv_cache</c>). The
/// buffers for intermediate results are what <c>ggml_gallocr</c> reserves for the graph of one full step; see
/// <see cref="ComputeBuffers"/>.</remarks>
internal static class GgufMemory
{
    /// <summary>Estimates memory, by device, without refusing anything.</summary>
    public static MemoryEstimate Estimate(ModelFacts facts, ModelLoadOptions options)
    {
        var plan = ContextPlan.Of(facts, options);
        var layout = LayerLayout.Of(facts, options);
        var names = layout.DeviceNames;
        var weights = new long[names.Count + 1];
        var caches = new long[names.Count + 1];
        var host = names.Count;
        var total = facts.LayerCount;
        var kv = new KvCacheSize(facts, options, plan);
        var spread = Math.Max(1, total);
        long counted = 0;
        for (var i = 0; i < total; i++)
        {
            var layer =
                i < facts.Layers.Count
                    ? facts.Layers[i]
                    : new LayerFacts(
                        facts.WeightBytes / spread,
                        0,
                        facts.KvBytesPerToken / spread,
                        false,
                        facts.RecurrentBytesPerSequence / spread
                    );
            var device = layout.DeviceOf(i);
            var away = device != host && options.ExpertsOnCpu == true ? layer.ExpertBytes : 0;
            weights[device] += layer.WeightBytes - away;
            weights[host] += away;
            caches[device] += kv.Of(layer);
            counted += layer.WeightBytes;
        }

        AddEnds(facts, layout, weights, counted);
        if (total == 0)
        {
            caches[host] += kv.Of(new LayerFacts(0, 0, facts.KvBytesPerToken, false, facts.RecurrentBytesPerSequence));
        }

        var compute = ComputeBuffers.Of(facts, options, plan, layout);
        var parts = new DeviceMemory[names.Count + 1];
        for (var i = 0; i <= host; i++)
        {
            parts[i] = new DeviceMemory(i == host ? DeviceMemory.Host : names[i], weights[i], caches[i], compute[i]);
        }

        return new MemoryEstimate(weights.Sum(), caches.Sum(), compute.Sum()) { ByDevice = parts };
    }

    /// <summary>Adds what stands before and behind the layers. The input always stays in main memory. An output that shares its weights
    /// takes nothing there, and a copy of them elsewhere.</summary>
    private static void AddEnds(ModelFacts facts, LayerLayout layout, long[] weights, long inLayers)
    {
        var host = weights.Length - 1;
        var ends = Math.Max(0, facts.WeightBytes - inLayers);
        var output = layout.DeviceOf(facts.LayerCount);
        weights[host] += output == host ? ends : Math.Max(facts.InputWeightBytes, ends - facts.OutputWeightBytes);
        weights[output] += output == host ? 0 : facts.OutputWeightBytes;
    }
}
