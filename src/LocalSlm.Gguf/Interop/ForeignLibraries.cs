using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LocalSlm.Gguf.Interop;

/// <summary>Finds libraries of llama.cpp that other code has loaded into this process. Two versions side by side would share
/// symbols by name and crash, so a foreign one of another version is refused.</summary>
internal static unsafe class ForeignLibraries
{
    /// <summary>Lists the files of llama.cpp that are loaded from outside a folder.</summary>
    public static List<string> List(string ownFolder)
    {
        var paths = OperatingSystem.IsLinux() ? MappedFiles() : ModuleFiles();
        return
        [
            .. paths
                .Where(path => NativeFileSearch.Recognise(Path.GetFileName(path)) is "llama" or "ggml-base")
                .Where(path => !string.Equals(Path.GetDirectoryName(path), ownFolder, StringComparison.Ordinal))
                .Distinct(StringComparer.Ordinal),
        ];
    }

    /// <summary>Asks a loaded library of llama.cpp for its version.</summary>
    /// <returns>The version, or <c>unknown</c>.</returns>
    public static string GetVersion(string path)
    {
        // The library is in the process already, so this only gives its handle.
        if (!NativeLibrary.TryLoad(path, out var library))
        {
            return "unknown";
        }

        try
        {
            foreach (var function in (ReadOnlySpan<string>)["llama_version", "ggml_version"])
            {
                if (NativeLibrary.TryGetExport(library, function, out var address))
                {
                    var text = ((delegate* unmanaged[Cdecl]<byte*>)address)();
                    return Marshal.PtrToStringUTF8((nint)text) ?? "unknown";
                }
            }

            return "unknown";
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }

    private static IEnumerable<string> MappedFiles()
    {
        // proc_pid_maps(5): address, permissions, offset, device, inode, path; the path is everything from the first slash on.
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            var slash = line.IndexOf('/', StringComparison.Ordinal);
            if (slash > 0)
            {
                yield return line[slash..];
            }
        }
    }

    private static IEnumerable<string> ModuleFiles()
    {
        using var process = Process.GetCurrentProcess();
        foreach (ProcessModule module in process.Modules)
        {
            using (module)
            {
                if (module.FileName is { Length: > 0 } path)
                {
                    yield return path;
                }
            }
        }
    }
}
