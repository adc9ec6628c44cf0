using LocalSlm.Onnx.Interop;

namespace LocalSlm.Onnx.Devices;

/// <summary>Says whether a session computes where it was meant to. A provider that takes no node, or only light ones, is listed all the
/// same and gives results: from the CPU.</summary>
internal static class AssignmentCheck
{
    /// <summary>The operators that make up almost all of a language model's arithmetic. Shape arithmetic (Shape, Gather, Cast …) belongs
    /// on the CPU, and is not asked about.</summary>
    private static readonly HashSet<string> s_heavy = new(StringComparer.Ordinal)
    {
        "MatMul",
        "FusedMatMul",
        "MatMulNBits",
        "MatMulInteger",
        "QLinearMatMul",
        "DynamicQuantizeMatMul",
        "Gemm",
        "Attention",
        "MultiHeadAttention",
        "GroupQueryAttention",
        "SparseAttention",
        "PagedAttention",
        "QAttention",
    };

    /// <summary>Checks an assignment.</summary>
    /// <param name="nodes">The nodes with their providers.</param>
    /// <param name="provider">The provider that was meant.</param>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    public static string? FindProblem(IReadOnlyList<AssignedNode> nodes, string provider)
    {
        var heavy = nodes.Where(static node => s_heavy.Contains(node.Operator)).ToList();
        var astray = heavy.Where(node => node.Provider != provider).ToList();
        if (astray.Count > 0)
        {
            var first = astray[0];
            return $"It took {heavy.Count - astray.Count} of the {heavy.Count} nodes that hold the model's arithmetic; "
                + $"'{first.Name}' ({first.Operator}) went to {first.Provider}. The provider does not support this model's types or shapes: "
                + "choose a model made for it.";
        }

        return nodes.Count == 0 || nodes.Any(node => node.Provider == provider)
            ? null
            : $"It took none of the graph's {nodes.Count} nodes: the provider does not support this model.";
    }

    /// <summary>Says, for the log, how many nodes each provider has.</summary>
    public static string Summarize(IReadOnlyList<AssignedNode> nodes) =>
        string.Join(
            ", ",
            nodes
                .GroupBy(static node => node.Provider, StringComparer.Ordinal)
                .Select(static group => $"{group.Key} {group.Count()}")
        );
}
