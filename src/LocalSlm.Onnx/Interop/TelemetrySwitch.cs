using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Interop;

/// <summary>Switches ONNX Runtime's telemetry off before its native library starts. Official builds have it on: they write a
/// device id and an event store below the user's cache folder and send events to their maker. The variable is the only switch
/// that stops all of it, and only before the start (Privacy.md of Microsoft.ML.OnnxRuntime 1.31.1).</summary>
internal static class TelemetrySwitch
{
    /// <summary>The variable that the library reads, once, when it starts.</summary>
    public const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>Gets whether the library was in the process, with its telemetry on, before this package could switch it off.</summary>
    public static bool CameTooLate { get; private set; }

    /// <summary>Gets whether native code sees the variable.</summary>
    public static bool IsSet { get; private set; }

    /// <summary>Runs before any other code of this package, whichever part of it is touched first.</summary>
#pragma warning disable CA2255 // The library may be started by any type that takes ONNX Runtime's own; there is no other place that
    // comes before all of them. It sets one variable and loads nothing native.
    [ModuleInitializer]
#pragma warning restore CA2255
    public static void TurnOff()
    {
#pragma warning disable CA1031 // An exception here would make every type of the package unusable; what failed is told at the first load.
        try
        {
            if (NativeVariables.Get(Variable) == "1")
            {
                IsSet = true;
                return;
            }

            CameTooLate = OrtEnv.IsCreated || IsInProcess();
            IsSet = NativeVariables.Set(Variable, "1");
        }
        catch
        {
            IsSet = false;
        }
#pragma warning restore CA1031
    }

    /// <summary>Looks for the native library among the modules of the process: other bindings than .NET's may have brought it.</summary>
    private static bool IsInProcess()
    {
        using var process = Process.GetCurrentProcess();
        var found = false;
        foreach (ProcessModule module in process.Modules)
        {
            using (module)
            {
                found |= IsLibrary(Path.GetFileName(module.FileName));
            }
        }

        return found;
    }

    /// <summary>Recognises <c>libonnxruntime.so</c>, <c>libonnxruntime.so.1.31.1</c>, <c>libonnxruntime.1.31.1.dylib</c> and
    /// <c>onnxruntime.dll</c>, but not the managed <c>Microsoft.ML.OnnxRuntime.dll</c> or the libraries of providers.</summary>
    internal static bool IsLibrary(string? file)
    {
        var name = file.AsSpan();
        if (name.StartsWith("lib", StringComparison.Ordinal))
        {
            name = name[3..];
        }

        const string Base = "onnxruntime.";
        return name.StartsWith(Base, StringComparison.OrdinalIgnoreCase)
            && name[Base.Length..] is var rest
            && (
                rest.StartsWith("so", StringComparison.Ordinal)
                || rest.EndsWith("dylib", StringComparison.Ordinal)
                || rest.Equals("dll", StringComparison.OrdinalIgnoreCase)
            );
    }
}
