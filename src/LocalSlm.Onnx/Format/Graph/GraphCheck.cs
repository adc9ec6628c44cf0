using System.Globalization;
using LocalSlm.Loading;

namespace LocalSlm.Onnx.Format.Graph;

/// <summary>Checks what ONNX Runtime would take on trust, or refuse in words that help nobody.</summary>
internal static class GraphCheck
{
    // What ONNX Runtime 1.31.1 reads, asked of the library itself: a graph of one Identity with each higher number is refused.
    public const int NewestIr = 13;
    public const int NewestOpset = 26;

    // ONNX Runtime takes this location for an address in memory (kTensorProtoMemoryAddressTag).
    private const char NoFileName = '*';

    // Domains whose operators the library itself registers (onnxruntime/core/graph/constants.h).
    private static readonly string[] KnownDomains =
    [
        "",
        "ai.onnx.ml",
        "ai.onnx.preview",
        "ai.onnx.preview.training",
        "ai.onnx.training",
        "com.microsoft",
        "com.microsoft.dml",
        "com.microsoft.experimental",
        "com.microsoft.nchwc",
        "com.ms.internal.nhwc",
        "org.pytorch.aten",
    ];

    /// <summary>Checks a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="folder">The model's folder; no external file may lie outside the graph's part of it.</param>
    /// <param name="allowCustomOperators">Whether operators of other domains may be there.</param>
    /// <param name="architecture">The architecture, for messages.</param>
    public static void Check(OnnxGraph graph, ModelFolder folder, bool allowCustomOperators, string architecture)
    {
        CheckVersions(graph, architecture);
        if (!allowCustomOperators)
        {
            CheckOperators(graph, architecture);
        }

        CheckExternal(graph, folder);
    }

    private static void CheckVersions(OnnxGraph graph, string architecture)
    {
        if (graph.IrVersion is < 1 or > NewestIr)
        {
            throw new UnsupportedModelException(
                graph.Path,
                architecture,
                $"it has version {graph.IrVersion} of the ONNX format; ONNX Runtime 1.31.1 reads 1 to {NewestIr}. Export it with an older ONNX."
            );
        }

        if (graph.Opsets.TryGetValue("", out var opset) && opset is < 1 or > NewestOpset)
        {
            throw new UnsupportedModelException(
                graph.Path,
                architecture,
                $"it uses operator set {opset.ToString(CultureInfo.InvariantCulture)}; ONNX Runtime 1.31.1 knows 1 to {NewestOpset}. Export it with an older one."
            );
        }

        if (graph.Opsets.Count == 0)
        {
            throw new ModelFileException(graph.Path, "it imports no operator set. The file is damaged.");
        }
    }

    private static void CheckOperators(OnnxGraph graph, string architecture)
    {
        foreach (var kind in graph.Operators.Order(StringComparer.Ordinal))
        {
            var domain = kind[..kind.LastIndexOf(':')];
            if (!KnownDomains.Contains(domain, StringComparer.Ordinal) && !graph.Functions.Contains(kind))
            {
                throw new UnsupportedModelException(
                    graph.Path,
                    architecture,
                    $"it uses the operator '{kind}', which is not ONNX Runtime's own. Such operators come from a library that runs code of its own; allow that with OnnxRuntimeOptions.AllowCustomOperators if you trust the model."
                );
            }
        }
    }

    private static void CheckExternal(OnnxGraph graph, ModelFolder folder)
    {
        var beside = Path.GetDirectoryName(graph.Path) is { Length: > 0 } parent ? parent : ".";
        var lengths = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var tensor in graph.Tensors)
        {
            if (tensor.External is not { } data)
            {
                continue;
            }

            if (!lengths.TryGetValue(data.Location, out var there))
            {
                there = LengthOf(graph, folder, beside, data.Location);
                lengths.Add(data.Location, there);
            }

            if (data.Offset > there || data.Length > there - data.Offset)
            {
                throw new ModelFileException(
                    Path.Combine(beside, data.Location),
                    $"it ends at byte {there}; the tensor '{tensor.Name}' lies at bytes {data.Offset} to {data.Offset + data.Length}. The file is incomplete, or belongs to another graph; get it again."
                );
            }
        }
    }

    private static long LengthOf(OnnxGraph graph, ModelFolder folder, string beside, string location)
    {
        if (location.Contains(NoFileName, StringComparison.Ordinal))
        {
            throw new ModelFileException(
                graph.Path,
                $"it names the file '{location}' for external data, which is no file's name. The file is damaged or hostile."
            );
        }

        // Some exporters write './model.onnx.data'.
        var path = folder.Resolve(beside, location, graph.Path);
        graph.Stamps.Add(FileStamp.Take(path));
        var file = new FileInfo(RealPath.Of(path) ?? path);
        return file.Exists
            ? file.Length
            : throw new ModelNotFoundException(
                graph.Path,
                $"its weights are in '{location}', which is not beside it. Get that file, too: '{path}'."
            );
    }
}
