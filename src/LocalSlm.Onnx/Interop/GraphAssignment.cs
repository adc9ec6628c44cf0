using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Interop;

/// <summary>Where a session's nodes are computed: functions since version 1.24, which the managed bindings (1.31.1) do not wrap.</summary>
internal static unsafe class GraphAssignment
{
    private const int SessionGetEpGraphAssignmentInfo = 407;
    private const int EpAssignedSubgraphGetEpName = 408;
    private const int EpAssignedSubgraphGetNodes = 409;
    private const int EpAssignedNodeGetName = 410;
    private const int EpAssignedNodeGetOperatorType = 412;

    /// <summary>Reads which execution provider each node of a session was assigned to. The session was made with
    /// <c>session.record_ep_graph_assignment_info</c>.</summary>
    /// <exception cref="NotSupportedException">The library does not tell, with the reason.</exception>
    public static List<AssignedNode> Read(InferenceSession session)
    {
        if (!OrtApiTable.IsFound)
        {
            throw new NotSupportedException("the interface of the loaded ONNX Runtime library was not found");
        }

        var nodes = new List<AssignedNode>();
        nint* graphs;
        nuint count;
        OrtApiTable.Check(
            ((delegate* unmanaged<nint, nint**, nuint*, nint>)OrtApiTable.Slot(SessionGetEpGraphAssignmentInfo))(
                OrtApiTable.HandleOf(session),
                &graphs,
                &count
            )
        );
        for (nuint i = 0; i < count; i++)
        {
            var provider = Text(EpAssignedSubgraphGetEpName, graphs[i]);
            nint* members;
            nuint memberCount;
            OrtApiTable.Check(
                ((delegate* unmanaged<nint, nint**, nuint*, nint>)OrtApiTable.Slot(EpAssignedSubgraphGetNodes))(
                    graphs[i],
                    &members,
                    &memberCount
                )
            );
            for (nuint j = 0; j < memberCount; j++)
            {
                nodes.Add(
                    new AssignedNode(
                        Text(EpAssignedNodeGetName, members[j]),
                        Text(EpAssignedNodeGetOperatorType, members[j]),
                        provider
                    )
                );
            }
        }

        GC.KeepAlive(session);
        return nodes;
    }

    private static string Text(int function, nint instance)
    {
        nint text;
        OrtApiTable.Check(((delegate* unmanaged<nint, nint*, nint>)OrtApiTable.Slot(function))(instance, &text));
        return Marshal.PtrToStringUTF8(text) ?? string.Empty;
    }
}
