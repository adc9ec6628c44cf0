using LocalSlm.Onnx.Format;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Refuses what ONNX Runtime cannot honour. The rest of <see cref="ModelLoadOptions"/> is honoured here or above the seam.</summary>
internal static class OptionCheck
{
    /// <summary>Checks options against a model.</summary>
    /// <exception cref="ModelLoadException">One of them cannot be honoured.</exception>
    public static void Check(OnnxModelFiles files, ModelLoadOptions options)
    {
        var trained = files.Facts.TrainedContextTokens;
        if (trained > 0 && options.ContextTokens > trained)
        {
            throw Refuse(
                files,
                $"ContextTokens is {options.ContextTokens}; the graph's tables of positions end at {trained}. Lower it, or leave it out."
            );
        }

        if (options.GpuLayers > 0)
        {
            throw Refuse(
                files,
                $"GpuLayers is {options.GpuLayers}; ONNX Runtime does not divide a model by layers. Leave it out and name the device in Devices."
            );
        }

        if (options.ExpertsOnCpu == true)
        {
            throw Refuse(
                files,
                "ExpertsOnCpu is true; ONNX Runtime does not take a graph's experts apart from its layers. Leave it out."
            );
        }

        if (options.GpuSplit.Count > 0)
        {
            throw Refuse(
                files,
                "GpuSplit is set; ONNX Runtime does not divide a model among devices. Leave it out and name one device in Devices."
            );
        }

        if (options.FlashAttention is { } flash)
        {
            throw Refuse(
                files,
                $"FlashAttention is {(flash ? "true" : "false")}; the graph decides how attention is computed. Leave it out."
            );
        }

        if (options.KvCacheLayout == KvCacheLayout.Unified)
        {
            throw Refuse(
                files,
                "KvCacheLayout is Unified; ONNX Runtime keeps the keys and values of each conversation apart. Choose Automatic or Split."
            );
        }

        if (!options.UseMemoryMap)
        {
            throw Refuse(
                files,
                "UseMemoryMap is false; ONNX Runtime maps external weights into memory where the system can, and cannot be told otherwise. Leave it true."
            );
        }

        CheckKvCacheType(files, options.KvCacheType);
    }

    /// <summary>Float16 is the default of the option and stands for whatever the graph has.</summary>
    private static void CheckKvCacheType(OnnxModelFiles files, KvCacheType wanted)
    {
        if (
            wanted is KvCacheType.Q8_0 or KvCacheType.Q4_0
            || (
                wanted == KvCacheType.Float32
                && files.Caches.Any(static cache => cache.ElementType != TensorElementType.Float)
            )
        )
        {
            var given = files.Caches.Count > 0 ? files.Caches[0].ElementType.ToString() : "none";
            throw Refuse(
                files,
                $"KvCacheType is {wanted}; the graph fixes the type of its cached keys and values: {given}. Leave it out, or export the model "
                    + "with another type."
            );
        }
    }

    private static ModelLoadException Refuse(OnnxModelFiles files, string problem) => new(files.Facts.Path, problem);
}
