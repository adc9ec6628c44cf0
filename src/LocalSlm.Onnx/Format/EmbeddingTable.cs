using LocalSlm.Onnx.Format.Graph;

namespace LocalSlm.Onnx.Format;

/// <summary>Finds the table that token ids are looked up in. Quantised tables are read without a check of the id, so their length
/// bounds what may be computed.</summary>
internal static class EmbeddingTable
{
    /// <summary>Counts the rows, or <see langword="null"/> where the graph does not show them.</summary>
    public static int? CountRows(OnnxGraph graph, string inputIds)
    {
        foreach (var node in graph.Nodes)
        {
            if (
                node.Operator is ":Gather" or "com.microsoft:GatherBlockQuantized"
                && node.Input(1) == inputIds
                && Rows(graph, node.Input(0)) is { } rows and > 0 and <= GenAiConfig.MostTokens
            )
            {
                return (int)rows;
            }
        }

        return null;
    }

    private static long? Rows(OnnxGraph graph, string table)
    {
        if (graph.FindTensor(table) is { Dimensions: [var rows, ..] })
        {
            return rows;
        }

        // Models whose head is the table again store it once, as the head wants it (ONNX Runtime GenAI's builder, 0.18).
        var maker = graph.Nodes.Find(node => node.Outputs.Contains(table));
        return maker?.Operator switch
        {
            ":Transpose" => graph.FindTensor(maker.Input(0)) is { Dimensions: [_, var columns] } ? columns : null,
            ":Reshape" => graph
                .Nodes.Find(node => node.Operator == "com.microsoft:MatMulNBits" && node.Input(1) == maker.Input(0))
                ?.Integer("N"),
            _ => null,
        };
    }
}
