using LocalSlm.Loading;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Format.Graph;

/// <summary>Reads what an <c>.onnx</c> file says without reading its weights. Whatever the bytes are, it ends with a graph or a
/// <see cref="ModelFileException"/>, in time and memory bounded by the limits below. (Field numbers: onnx.proto3, ONNX 1.20.)</summary>
internal sealed class OnnxGraphReader
{
    // Published language models have some thousand operations and tensors, names below 200 bytes, and graphs in graphs at
    // most three deep.
    private const int MostNodes = 1_000_000;
    private const int MostTensors = 1_000_000;
    private const int MostValues = 100_000;
    private const int MostDimensions = 64;
    private const int DeepestGraph = 16;
    private const int LongestName = 4096;
    private const int MostNameBytes = 256 << 20;

    // Protobuf's own limit, which ONNX Runtime shares: larger weights are external.
    private const long LargestFile = int.MaxValue;

    private readonly ProtobufCursor _cursor;
    private readonly OnnxGraph _graph;
    private readonly List<OnnxTensorInfo> _inputs = [];
    private readonly Dictionary<string, string> _interned = new(StringComparer.Ordinal);
    private long _nameBytes;
    private int _nodes;

    private OnnxGraphReader(ProtobufCursor cursor, string path)
    {
        _cursor = cursor;
        _graph = new OnnxGraph { Path = path };
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelFileException">It is damaged, hostile, no ONNX model, or may not be read.</exception>
    public static OnnxGraph Read(string path)
    {
        try
        {
            var stamp = FileStamp.Take(path);
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
            var graph = Read(stream, path);
            graph.Stamps.Add(stamp);
            return graph;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, $"it cannot be read: {error.Message}", innerException: error);
        }
    }

    /// <summary>Reads a stream that can seek.</summary>
    public static OnnxGraph Read(Stream stream, string path)
    {
        if (stream.Length is 0 or > LargestFile)
        {
            throw new ModelFileException(
                path,
                $"it is {stream.Length} bytes long; an ONNX graph has 1 to {LargestFile}. Get it again, or store the weights as external data."
            );
        }

        var reader = new OnnxGraphReader(new ProtobufCursor(stream, path), path);
        reader.ReadModel();
        return reader._graph;
    }

    private void ReadModel()
    {
        var hasGraph = false;
        while (_cursor.Next())
        {
            switch (_cursor.Field)
            {
                case 1:
                    _graph.IrVersion = (long)_cursor.Number;
                    break;
                case 2:
                    _graph.Producer = Name();
                    break;
                case 7:
                    hasGraph = true;
                    ReadGraph(0);
                    break;
                case 8:
                    ReadOpset();
                    break;
                case 25:
                    ReadFunction();
                    break;
            }
        }

        if (!hasGraph)
        {
            throw _cursor.Fault("it holds no graph. The file is damaged, or no ONNX model.", 0);
        }

        // Before version 4 of the format every initialiser was listed as an input, too.
        _graph.Inputs.AddRange(_inputs.Where(input => !_graph.ByName.ContainsKey(input.Name)));
    }

    private void ReadOpset()
    {
        var (domain, version) = ("", 0L);
        var outer = _cursor.Enter();
        while (_cursor.Next())
        {
            switch (_cursor.Field)
            {
                case 1:
                    domain = Domain();
                    break;
                case 2:
                    version = (long)_cursor.Number;
                    break;
            }
        }

        _cursor.Leave(outer);
        if (_graph.Opsets.Count >= MostDimensions)
        {
            throw _cursor.Fault(
                $"it imports more than {MostDimensions} operator sets. The file is damaged or hostile."
            );
        }

        _graph.Opsets[domain] = version;
    }

    private void ReadFunction()
    {
        var (name, domain) = ("", "");
        var outer = _cursor.Enter();
        while (_cursor.Next())
        {
            switch (_cursor.Field)
            {
                case 1:
                    name = Name();
                    break;
                case 7:
                    ReadNode(1);
                    break;
                case 10:
                    domain = Domain();
                    break;
            }
        }

        _cursor.Leave(outer);
        _graph.Functions.Add($"{domain}:{name}");
    }

    private void ReadGraph(int depth)
    {
        if (depth > DeepestGraph)
        {
            throw _cursor.Fault($"graphs lie in graphs more than {DeepestGraph} deep. The file is damaged or hostile.");
        }

        var outer = _cursor.Enter();
        while (_cursor.Next())
        {
            switch (_cursor.Field)
            {
                case 1:
                    ReadNode(depth);
                    break;
                case 5:
                    Keep(ReadTensor(), depth);
                    break;
                case 11 when depth == 0:
                    ReadValue(_inputs);
                    break;
                case 12 when depth == 0:
                    ReadValue(_graph.Outputs);
                    break;
                case 15:
                    ReadSparse();
                    break;
            }
        }

        _cursor.Leave(outer);
    }

    private void ReadNode(int depth)
    {
        if (++_nodes > MostNodes)
        {
            throw _cursor.Fault($"it has more than {MostNodes} operations. The file is damaged or hostile.");
        }

        List<string> inputs = [];
        List<string> outputs = [];
        Dictionary<string, long>? integers = null;
        OnnxStoredTensor? value = null;
        var (operation, domain) = ("", "");
        var outer = _cursor.Enter();
        while (_cursor.Next())
        {
            switch (_cursor.Field)
            {
                case 1:
                    inputs.Add(Name());
                    break;
                case 2:
                    outputs.Add(Name());
                    break;
                case 4:
                    operation = Name();
                    break;
                case 5:
                    var (name, integer, tensor) = ReadAttribute(depth);
                    value = tensor ?? value;
                    if (integer is { } number)
                    {
                        (integers ??= new(StringComparer.Ordinal))[name] = number;
                    }

                    break;
                case 7:
                    domain = Domain();
                    break;
            }
        }

        _cursor.Leave(outer);
        var kind = Intern($"{domain}:{operation}");
        _graph.Operators.Add(kind);
        if (depth > 0)
        {
            return;
        }

        _graph.Nodes.Add(new(kind, inputs, outputs, integers ?? NoIntegers));
        if (kind == ":Constant" && value is not null && outputs is [var output])
        {
            _graph.ByName[output] = value;
        }
    }

    private static readonly Dictionary<string, long> NoIntegers = [];

    private (string Name, long? Integer, OnnxStoredTensor? Tensor) ReadAttribute(int depth)
    {
        var name = "";
        long? integer = null;
        OnnxStoredTensor? tensor = null;
        var outer = _cursor.Enter();
        while (_cursor.Next())
        {
            switch (_cursor.Field)
            {
                case 1:
                    name = Name();
                    break;
                case 3:
                    integer = (long)_cursor.Number;
                    break;
                case 5 or 10:
                    tensor = ReadTensor();
                    Keep(tensor, depth + 1);
                    break;
                case 6 or 11:
                    ReadGraph(depth + 1);
                    break;
                case 22 or 23:
                    ReadSparse();
                    break;
            }
        }

        _cursor.Leave(outer);
        return (name, integer, tensor);
    }

    private void ReadSparse()
    {
        var outer = _cursor.Enter();
        while (_cursor.Next())
        {
            if (_cursor.Field is 1 or 2)
            {
                Keep(ReadTensor(), 1);
            }
        }

        _cursor.Leave(outer);
    }

    private void Keep(OnnxStoredTensor tensor, int depth)
    {
        if (_graph.Tensors.Count >= MostTensors)
        {
            throw _cursor.Fault($"it stores more than {MostTensors} tensors. The file is damaged or hostile.");
        }

        _graph.Tensors.Add(tensor);
        if (depth == 0 && !_graph.ByName.TryAdd(tensor.Name, tensor))
        {
            throw _cursor.Fault($"the tensor '{tensor.Name}' is stored twice. The file is damaged.");
        }
    }

    private OnnxStoredTensor ReadTensor() => OnnxTensorReader.Read(_cursor, Name, MostDimensions);

    private void ReadValue(List<OnnxTensorInfo> values)
    {
        if (values.Count >= MostValues)
        {
            throw _cursor.Fault($"it has more than {MostValues} inputs or outputs. The file is damaged or hostile.");
        }

        var name = "";
        var type = 0;
        List<long> dimensions = [];
        var outer = _cursor.Enter();
        while (_cursor.Next())
        {
            switch (_cursor.Field)
            {
                case 1:
                    name = Name();
                    break;
                case 2:
                    type = ReadType(dimensions);
                    break;
            }
        }

        _cursor.Leave(outer);
        values.Add(new OnnxTensorInfo(name, (TensorElementType)type, dimensions));
    }

    // The type of elements; 0 for what is no tensor, such as a sequence.
    private int ReadType(List<long> dimensions)
    {
        var type = 0;
        var outer = _cursor.Enter();
        while (_cursor.Next())
        {
            if (_cursor.Field != 1)
            {
                continue;
            }

            var outerTensor = _cursor.Enter();
            while (_cursor.Next())
            {
                switch (_cursor.Field)
                {
                    case 1:
                        type = OnnxElementType.IsKnown((long)_cursor.Number) ? (int)_cursor.Number : 0;
                        break;
                    case 2:
                        ReadShape(dimensions);
                        break;
                }
            }

            _cursor.Leave(outerTensor);
        }

        _cursor.Leave(outer);
        return type;
    }

    private void ReadShape(List<long> dimensions)
    {
        var outer = _cursor.Enter();
        while (_cursor.Next())
        {
            if (_cursor.Field != 1)
            {
                continue;
            }

            if (dimensions.Count >= MostDimensions)
            {
                throw _cursor.Fault($"a tensor has more than {MostDimensions} dimensions. The file is damaged.");
            }

            var size = -1L;
            var outerDimension = _cursor.Enter();
            while (_cursor.Next())
            {
                size = _cursor.Field == 1 ? (long)_cursor.Number : size;
            }

            _cursor.Leave(outerDimension);
            dimensions.Add(size < 0 ? -1 : size);
        }

        _cursor.Leave(outer);
    }

    private string Domain() => Name() is var name && name == "ai.onnx" ? "" : name;

    private string Name()
    {
        _nameBytes += _cursor.Length;
        return _nameBytes <= MostNameBytes
            ? Intern(_cursor.Text(LongestName))
            : throw _cursor.Fault(
                $"its names take more than {MostNameBytes >> 20} MiB. The file is damaged or hostile."
            );
    }

    private string Intern(string text)
    {
        if (_interned.TryGetValue(text, out var same))
        {
            return same;
        }

        _interned.Add(text, text);
        return text;
    }
}
