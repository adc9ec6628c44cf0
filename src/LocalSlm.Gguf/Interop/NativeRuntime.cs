using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using LocalSlm.Hardware;

namespace LocalSlm.Gguf.Interop;

/// <summary>Loads llama.cpp into the process: once, from one folder, in the one version this package was built for.</summary>
internal static class NativeRuntime
{
    /// <summary>The version whose structs this package knows, as npm's <c>@node-llama-cpp</c> packages 3.21.1 carry it.</summary>
    public const string PinnedVersion = "0.4.0";

    /// <summary>The version of ggml in it, as <c>ggml_version</c> tells it.</summary>
    public const string PinnedGgmlVersion = "0.23.0";

    private static readonly Lock s_gate = new();
    private static LoadedLibraries? s_loaded;
    private static LoadedLibraries? s_bound;
    private static NativeLibraryException? s_failure;

    /// <summary>Gets what is loaded, or <see langword="null"/>.</summary>
    public static LoadedLibraries? Loaded => Volatile.Read(ref s_loaded);

    /// <summary>Loads the libraries if that has not been done.</summary>
    /// <param name="folder">The folder that the application names, or <see langword="null"/>.</param>
    /// <returns>What is loaded; from an earlier call's folder if there was one.</returns>
    /// <exception cref="NativeLibraryException">They are missing, cannot be loaded, or are of another version.</exception>
    public static LoadedLibraries EnsureLoaded(string? folder)
    {
        if (Loaded is { } loaded)
        {
            return loaded;
        }

        lock (s_gate)
        {
            if (s_failure is not null)
            {
                throw s_failure;
            }

            if (s_loaded is null)
            {
                var libraries = Load(
                    NativeFileSearch.ListFolders(
                        folder,
                        Environment.GetEnvironmentVariable(NativeFileSearch.EnvironmentVariable),
                        AppContext.BaseDirectory
                    )
                );
                Volatile.Write(ref s_loaded, libraries);
            }

            return s_loaded;
        }
    }

    /// <summary>Tries folders in order; for <see cref="EnsureLoaded"/>, and for tests of what cannot be loaded.</summary>
    internal static LoadedLibraries Load(List<string> folders)
    {
        var tried = new List<string>();
        var reasons = new StringBuilder();
        foreach (var folder in folders)
        {
            tried.Add(folder);
            string reason;
            if (NativeFileSearch.Find(folder, PinnedVersion, out reason) is { } files)
            {
                tried.Add(files.Llama);
                if (TryLoad(files, out reason) is { } loaded)
                {
                    return loaded;
                }
            }

            reasons.Append("\n  ").Append(folder).Append(": ").Append(reason);
        }

        throw new NativeLibraryException(
            "llama",
            $"llama.cpp {PinnedVersion} could not be loaded for {NativeFileSearch.PortableRuntimeIdentifier}. Tried:{reasons}\n"
                + "Add the libraries llama, ggml, ggml-base and ggml-cpu-* of llama.cpp "
                + $"{PinnedVersion} to runtimes/{NativeFileSearch.PortableRuntimeIdentifier}/native beside the application, "
                + $"or name their folder in GgufRuntimeOptions.NativeDirectory or in the environment variable {NativeFileSearch.EnvironmentVariable}.",
            tried
        );
    }

    private static LoadedLibraries? TryLoad(NativeFiles files, out string reason)
    {
        if (files.Version is { } named && named != PinnedVersion)
        {
            reason =
                $"{Path.GetFileName(files.Llama)} is version {named}; this package was built for {PinnedVersion}, and its structs may differ";
            return null;
        }

        foreach (var foreign in ForeignLibraries.List(files.Directory))
        {
            var version = ForeignLibraries.GetVersion(foreign);
            var isLlama = NativeFileSearch.Recognise(Path.GetFileName(foreign)) == LlamaNative.Library;
            if (isLlama ? !IsPinned(version) : version != PinnedGgmlVersion)
            {
                reason =
                    $"version {version} of {(isLlama ? "llama.cpp" : "ggml")} is already loaded in this process, from '{foreign}'; this package needs "
                    + $"{(isLlama ? PinnedVersion : PinnedGgmlVersion)}, and two versions cannot live in one process";
                return null;
            }
        }

        var handles = new List<nint>();
        try
        {
            handles.Add(NativeLibrary.Load(files.GgmlBase));
            handles.Add(NativeLibrary.Load(files.Ggml));
            handles.Add(NativeLibrary.Load(files.Llama));
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            reason = error.Message.ReplaceLineEndings(" ");
            Release(handles);
            return null;
        }

        var libraries = new LoadedLibraries(files, handles[0], handles[1], handles[2]);
        if (CheckBuild(libraries) is { } wrong)
        {
            reason = wrong;
            Release(handles);
            return null;
        }

        Initialise(libraries);
        reason = string.Empty;
        return libraries;
    }

    /// <summary>Checks version and struct layout through bare function pointers: nothing is bound to the library yet, so that it
    /// can be let go.</summary>
    private static unsafe string? CheckBuild(LoadedLibraries libraries)
    {
        var name = Path.GetFileName(libraries.Files.Llama);
        if (
            !NativeLibrary.TryGetExport(libraries.Llama, "llama_version", out var version)
            || !NativeLibrary.TryGetExport(libraries.Llama, "llama_model_default_params", out var model)
            || !NativeLibrary.TryGetExport(libraries.Llama, "llama_context_default_params", out var context)
        )
        {
            return $"{name} is of an unknown version, without the functions of {PinnedVersion}, for which this package was built";
        }

        libraries.Version = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged[Cdecl]<byte*>)version)()) ?? "unknown";
        if (!IsPinned(libraries.Version))
        {
            return $"{name} is version {libraries.Version}; this package was built for {PinnedVersion}, and its structs may differ";
        }

        var difference = LayoutCanary.Check(
            ((delegate* unmanaged[Cdecl]<LlamaModelParams>)model)(),
            ((delegate* unmanaged[Cdecl]<LlamaContextParams>)context)()
        );
        return difference is null
            ? null
            : $"{name} calls itself {libraries.Version}, but its structs are not those of {PinnedVersion}: {difference}";
    }

    private static void Initialise(LoadedLibraries libraries)
    {
        if (s_bound is null)
        {
            NativeLibrary.SetDllImportResolver(typeof(NativeRuntime).Assembly, Resolve);
        }

        // From here on functions are bound to these libraries for good.
        Volatile.Write(ref s_bound, libraries);
        NativeLogRouter.Install();
        ProcessExitGate.Install();
        GgmlNative.ggml_backend_load_all_from_path(libraries.Files.Directory);
        if (GgmlNative.ggml_backend_dev_by_type(0) == 0)
        {
            throw s_failure = new NativeLibraryException(
                "ggml-cpu",
                $"llama.cpp found no CPU backend in '{libraries.Files.Directory}'. Add the ggml-cpu-* libraries of the same build, and start the process again.",
                [libraries.Files.Directory]
            );
        }

        LlamaNative.llama_backend_init();
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        (name, Volatile.Read(ref s_bound)) switch
        {
            (LlamaNative.Library, { } libraries) => libraries.Llama,
            (GgmlNative.Library, { } libraries) => libraries.Ggml,
            (GgmlNative.BaseLibrary, { } libraries) => libraries.GgmlBase,
            _ => 0,
        };

    /// <summary>Builds name themselves <c>0.4.0</c> or, as npm's do, <c>0.4.0-dev</c>.</summary>
    private static bool IsPinned(string version) =>
        version == PinnedVersion || version.StartsWith(PinnedVersion + "-", StringComparison.Ordinal);

    private static void Release(List<nint> handles)
    {
        for (var i = handles.Count - 1; i >= 0; i--)
        {
            NativeLibrary.Free(handles[i]);
        }
    }
}
