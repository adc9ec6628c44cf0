using LocalSlm.Loading;

namespace LocalSlm.Onnx.Format.Graph;

/// <summary>What an <c>.onnx</c> file says, without its weights. Immutable once read.</summary>
internal sealed class OnnxGraph
{
    /// <summary>Gets the file.</summary>
    public required string Path { get; init; }

    /// <summary>Gets this file and those of its external data as they were before they were read.</summary>
    public List<FileStamp> Stamps { get; } = [];

    /// <summary>Gets the version of the format.</summary>
    public long IrVersion { get; set; }

    /// <summary>Gets who wrote the file, or an empty text.</summary>
    public string Producer { get; set; } = "";

    /// <summary>Gets the versions of the operator sets by domain; the standard domain is empty.</summary>
    public Dictionary<string, long> Opsets { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets the inputs that a caller gives: those that have an initialiser are not among them.</summary>
    public List<OnnxTensorInfo> Inputs { get; } = [];

    /// <summary>Gets the outputs.</summary>
    public List<OnnxTensorInfo> Outputs { get; } = [];

    /// <summary>Gets the operations of the main graph; those of sub-graphs and functions count in <see cref="Operators"/>.</summary>
    public List<OnnxNode> Nodes { get; } = [];

    /// <summary>Gets all kinds of operator, sub-graphs and functions included, as <c>domain:name</c>.</summary>
    public HashSet<string> Operators { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets the functions that the file defines, as <c>domain:name</c>.</summary>
    public HashSet<string> Functions { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets the stored tensors: initialisers of all graphs, and tensors of attributes.</summary>
    public List<OnnxStoredTensor> Tensors { get; } = [];

    /// <summary>Finds an initialiser of the main graph, or a constant's tensor, by name.</summary>
    public OnnxStoredTensor? FindTensor(string name) => ByName.GetValueOrDefault(name);

    internal Dictionary<string, OnnxStoredTensor> ByName { get; } = new(StringComparer.Ordinal);
}
