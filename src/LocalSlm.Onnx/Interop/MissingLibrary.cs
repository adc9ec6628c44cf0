using System.Runtime.InteropServices;
using System.Text;

namespace LocalSlm.Onnx.Interop;

/// <summary>Finds out why ONNX Runtime's native library could not be started, and says what to add.</summary>
internal static unsafe class MissingLibrary
{
    /// <summary>The version of the C interface that Microsoft.ML.OnnxRuntime.Managed 1.31 asks for (<c>ORT_API_VERSION</c> of its
    /// onnxruntime_c_api.h): that of the oldest native library which serves.</summary>
    public const uint ApiVersion = 31;

    private const string Remedy =
        "The application chooses the native library by a package reference: Microsoft.ML.OnnxRuntime for the CPU (Linux, Windows, macOS), "
        + "or Microsoft.ML.OnnxRuntime.DirectML, Microsoft.ML.OnnxRuntime.Gpu (CUDA), Microsoft.ML.OnnxRuntime.QNN, "
        + "Intel.ML.OnnxRuntime.OpenVino or Microsoft.WindowsAppSDK.ML for a device; one of them, in version 1.31 or later.";

    /// <summary>Explains a failure of the managed bindings to bind.</summary>
    public static NativeLibraryException Explain(Exception error)
    {
        var tried = ListPaths();
        var reasons = new StringBuilder();
        foreach (var path in tried)
        {
            reasons.Append("\n  ").Append(path).Append(": ").Append(Examine(path));
        }

        var words = (error as TypeInitializationException)?.InnerException ?? error;
        return new NativeLibraryException(
            "onnxruntime",
            $"ONNX Runtime could not be started for {RuntimeInformation.RuntimeIdentifier} ({FirstLine(words.Message)}). Looked for:{reasons}\n{Remedy}",
            tried,
            error
        );
    }

    /// <summary>Lists the places in the order in which the bindings look there; the last is the system's own search.</summary>
    private static List<string> ListPaths()
    {
        var file =
            OperatingSystem.IsWindows() ? "onnxruntime.dll"
            : OperatingSystem.IsMacOS() ? "libonnxruntime.dylib"
            : "libonnxruntime.so";
        var folders = new List<string>();
        if (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string directories)
        {
            folders.AddRange(directories.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        }

        folders.Add(AppContext.BaseDirectory);
        folders.Add(Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"));
        folders.Add(Path.Combine(AppContext.BaseDirectory, "runtimes", PortableIdentifier, "native"));
        return
        [
            .. folders
                .Where(static folder => !IsSharedFramework(folder))
                .Select(folder => Path.GetFullPath(Path.Combine(folder, file)))
                .Distinct(StringComparer.Ordinal),
            file,
        ];
    }

    /// <summary>Gets the identifier of the folders in packages, such as <c>linux-x64</c>.</summary>
    private static string PortableIdentifier =>
        (
            OperatingSystem.IsWindows() ? "win"
            : OperatingSystem.IsMacOS() ? "osx"
            : "linux"
        )
        + "-"
        + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    /// <summary>The runtime's own folder is searched too, but nobody puts a library there.</summary>
    private static bool IsSharedFramework(string folder) =>
        folder.Contains("Microsoft.NETCore.App", StringComparison.Ordinal);

    private static string Examine(string path)
    {
        if (Path.IsPathRooted(path) && !File.Exists(path))
        {
            return "not there";
        }

        nint library;
        try
        {
            library = NativeLibrary.Load(path);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            return Path.IsPathRooted(path) ? FirstLine(error.Message) : "the system does not find it";
        }

        // It stays loaded: other code may have taken functions from it.
        return NativeLibrary.TryGetExport(library, "OrtGetApiBase", out var function)
            ? DescribeVersion((OrtApiBase*)((delegate* unmanaged<nint>)function)())
            : "it is no ONNX Runtime library: OrtGetApiBase is missing";
    }

    internal static string DescribeVersion(OrtApiBase* api)
    {
        if (api == null)
        {
            return "it gives no interface";
        }

        var version = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)api->GetVersionString)());
        return ((delegate* unmanaged<uint, nint>)api->GetApi)(ApiVersion) == 0
            ? $"it is ONNX Runtime {version}, older than 1.{ApiVersion}, which is needed"
            : $"it is ONNX Runtime {version}";
    }

    private static string FirstLine(string message) => message.ReplaceLineEndings("\n").Split('\n')[0].TrimEnd();
}
