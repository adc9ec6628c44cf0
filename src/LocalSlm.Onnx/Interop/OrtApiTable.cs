using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Interop;

/// <summary>ONNX Runtime's C interface, for what its managed bindings (1.31.1) do not give. The interface is a table that only grows;
/// the places are those of <c>struct OrtApi</c> in onnxruntime_c_api.h.</summary>
internal static unsafe class OrtApiTable
{
    private const int GetErrorMessage = 2;
    private const int ReleaseStatus = 93;

    private static readonly Lazy<nint> s_table = new(Find);

    /// <summary>Gets a value indicating whether the interface of the loaded library was found.</summary>
    public static bool IsFound => s_table.Value != 0;

    /// <summary>Gets a function.</summary>
    public static nint Slot(int index) => ((nint*)s_table.Value)[index];

    /// <summary>Reads and releases a status: a function that succeeds returns null.</summary>
    /// <exception cref="NotSupportedException">It failed, with the library's message.</exception>
    public static void Check(nint status)
    {
        if (status != 0)
        {
            throw new NotSupportedException(TakeMessage(status));
        }
    }

    /// <summary>Reads and releases the status of a function that failed.</summary>
    public static string TakeMessage(nint status)
    {
        var message = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)Slot(GetErrorMessage))(status));
        Release(status);
        return message ?? string.Empty;
    }

    /// <summary>Releases a status that nobody reads.</summary>
    public static void Release(nint status) => ((delegate* unmanaged<nint, void>)Slot(ReleaseStatus))(status);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Handle")]
    public static extern nint HandleOf(InferenceSession session);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Handle")]
    public static extern nint HandleOf(OrtValue value);

    /// <summary>Takes the table from the library that is in the process, wherever the application had it loaded from.</summary>
    private static nint Find()
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
                    found = TakeFrom(library, wanted);
                }
            }
        }

        return found;
    }

    private static nint TakeFrom(nint library, string version)
    {
        if (!NativeLibrary.TryGetExport(library, "OrtGetApiBase", out var function))
        {
            return 0;
        }

        var api = (OrtApiBase*)((delegate* unmanaged<nint>)function)();
        var own = api == null ? null : Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)api->GetVersionString)());
        return own == version ? ((delegate* unmanaged<uint, nint>)api->GetApi)(MissingLibrary.ApiVersion) : 0;
    }
}
