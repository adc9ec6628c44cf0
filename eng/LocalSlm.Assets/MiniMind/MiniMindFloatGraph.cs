using System.Runtime.InteropServices;
using LocalSlm.Assets.Onnx;
using OnnxGraph = LocalSlm.Assets.Onnx.OnnxGraph;
using ProtobufCursor = LocalSlm.Onnx.Format.Graph.ProtobufCursor;

namespace LocalSlm.Assets.MiniMind;

/// <summary>Writes MiniMind2-Small's published graph anew with products of floats. The published one rounds activations to 8 bits at
/// run time (DynamicQuantizeLinear → MatMulInteger → Cast → Mul by both scales), which ruins its answers; each such group becomes
/// one MatMul by the dequantized weights. All else stays as it is.</summary>
internal static class MiniMindFloatGraph
{
    /// <summary>Raised whenever the file comes out differently, so that old ones are replaced.</summary>
    public const int Revision = 1;

    private const ulong FloatType = 1;

    /// <summary>Writes the folder: the graph, and the package's other files as they are.</summary>
    /// <param name="packageFolder">The unpacked npm package.</param>
    /// <param name="output">The folder to write; it appears there only when it is whole.</param>
    public static void Run(string packageFolder, string output)
    {
        var partial = output + ".partial";
        if (Directory.Exists(partial))
        {
            Directory.Delete(partial, recursive: true);
        }

        Directory.CreateDirectory(Path.Combine(partial, "onnx"));
        foreach (var file in Directory.GetFiles(packageFolder, "*.json"))
        {
            if (Path.GetFileName(file) != "package.json")
            {
                File.Copy(file, Path.Combine(partial, Path.GetFileName(file)));
            }
        }

        Write(Path.Combine(packageFolder, "onnx", "model_quantized.onnx"), Path.Combine(partial, "onnx", "model.onnx"));
        if (Directory.Exists(output))
        {
            Directory.Delete(output, recursive: true);
        }

        Directory.Move(partial, output);
    }

    private static void Write(string source, string target)
    {
        var stored = OnnxGraph.Load(source);
        var products = new FloatProducts(stored);
        var model = new ProtobufWriter();
        using var stream = File.OpenRead(source);
        var cursor = new ProtobufCursor(stream, source);
        while (cursor.Next())
        {
            // Field 7 of ModelProto is the graph.
            if (cursor.Field == 7)
            {
                var outer = cursor.Enter();
                model.Bytes(7, Graph(cursor, stored, products));
                cursor.Leave(outer);
            }
            else
            {
                Copy(cursor, model);
            }
        }

        File.WriteAllBytes(target, model.Written);
    }

    private static ReadOnlySpan<byte> Graph(ProtobufCursor cursor, OnnxGraph stored, FloatProducts products)
    {
        var graph = new ProtobufWriter();
        var index = 0;
        while (cursor.Next())
        {
            // In GraphProto 1 is a node and 5 an initialiser.
            if (cursor.Field == 1 && products.TryReplace(stored.Nodes[index++], out var product))
            {
                if (product is not null)
                {
                    graph.Bytes(1, product.Written);
                }
            }
            else if (cursor.Field == 5)
            {
                var tensor = cursor.Bytes(int.MaxValue);
                if (!products.IsReplaced(NameOf(tensor)))
                {
                    graph.Bytes(5, tensor);
                }
            }
            else
            {
                Copy(cursor, graph);
            }
        }

        foreach (var (name, dimensions, values) in products.Weights())
        {
            var tensor = new ProtobufWriter();
            foreach (var dimension in dimensions)
            {
                tensor.Number(1, (ulong)dimension);
            }

            tensor.Number(2, FloatType).Text(8, name).Bytes(9, MemoryMarshal.AsBytes(values.AsSpan()));
            graph.Bytes(5, tensor.Written);
        }

        return graph.Written;
    }

    private static string NameOf(byte[] tensor)
    {
        var cursor = new ProtobufCursor(new MemoryStream(tensor), "a tensor");
        while (cursor.Next())
        {
            if (cursor.Field == 8)
            {
                return cursor.Text(4096);
            }
        }

        return "";
    }

    private static void Copy(ProtobufCursor cursor, ProtobufWriter target)
    {
        if (cursor.HasBytes)
        {
            target.Bytes(cursor.Field, cursor.Bytes(int.MaxValue));
        }
        else
        {
            // The messages concerned have no numbers of fixed width.
            target.Number(cursor.Field, cursor.Number);
        }
    }
}
