using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Interop;

/// <summary>Functions of ONNX Runtime's C interface that its managed bindings (1.31.1) do not wrap. The interface is a table that only
/// grows; the places are those of <c>struct OrtApi</c> in onnxruntime_c_api.h, since version 1.24.</summary>
internal static unsafe class GraphAssignment
{
    private const int GetErrorMessage = 2;
    private const int ReleaseStatus = 93;
    private const int SessionGetEpGraphAssignmentInfo = 407;
    private const int EpAssignedSubgraphGetEpName = 408;
    private const int EpAssignedSubgraphGetNodes = 409;
    private const int EpAssignedNodeGetName = 410;
    private const int EpAssignedNodeGetOperatorType = 412;

    private static readonly Lazy<nint> s_table = new(FindTable);

    /// <summary>Reads which execution provider each node of a session was assigned to. The session was made with
    /// <c>session.record_ep_graph_assignment_info</c>.</summary>
    /// <exception cref="NotSupportedException">The library does not tell, with the reason.</exception>
    public static List<AssignedNode> Read(InferenceSession session)
    {
        if (s_table.Value == 0)
        {
            throw new NotSupportedException("the interface of the loaded ONNX Runtime library was not found");
        }

        var nodes = new List<AssignedNode>();
        nint* graphs;
        nuint count;
        Check(
            ((delegate* unmanaged<nint, nint**, nuint*, nint>)Slot(SessionGetEpGraphAssignmentInfo))(
                HandleOf(session),
                &graphs,
                &count
            )
        );
        for (nuint i = 0; i < count; i++)
        {
            var provider = Text(EpAssignedSubgraphGetEpName, graphs[i]);
            nint* members;
            nuint memberCount;
            Check(
                ((delegate* unmanaged<nint, nint**, nuint*, nint>)Slot(EpAssignedSubgraphGetNodes))(
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

    private static nint Slot(int index) => ((nint*)s_table.Value)[index];

    private static string Text(int function, nint instance)
    {
        nint text;
        Check(((delegate* unmanaged<nint, nint*, nint>)Slot(function))(instance, &text));
        return Marshal.PtrToStringUTF8(text) ?? string.Empty;
    }

    /// <summary>A function that succeeds returns null, else a status to read and release.</summary>
    private static void Check(nint status)
    {
        if (status != 0)
        {
            var message = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)Slot(GetErrorMessage))(status));
            ((delegate* unmanaged<nint, void>)Slot(ReleaseStatus))(status);
            throw new NotSupportedException(message);
        }
    }

    /// <summary>Takes the table from the library that is in the process, wherever the application had it loaded from.</summary>
    private static nint FindTable()
    {
        using var process = Process.GetCurrentProcess();
        var wanted = OrtEnv.Instance().GetVersionString();
        nint found = 0;
        foreach (ProcessModule module in process.Modules)
        {
            using (module)
            {
                if (
                    found == 0
                    && TelemetrySwitch.IsLibrary(Path.GetFileName(module.FileName))
                    && NativeLibrary.TryLoad(module.FileName, out var library)
                )
                {
                    found = TakeTable(library, wanted);
                }
            }
        }

        return found;
    }

    private static nint TakeTable(nint library, string version)
    {
        if (!NativeLibrary.TryGetExport(library, "OrtGetApiBase", out var function))
        {
            return 0;
        }

        var api = (OrtApiBase*)((delegate* unmanaged<nint>)function)();
        var own = api == null ? null : Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)api->GetVersionString)());
        return own == version ? ((delegate* unmanaged<uint, nint>)api->GetApi)(MissingLibrary.ApiVersion) : 0;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Handle")]
    private static extern nint HandleOf(InferenceSession session);
}
