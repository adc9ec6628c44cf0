using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace LocalSlm.Gguf.Interop;

/// <summary>Finds the libraries of llama.cpp in a folder. Their names differ by system, by backend and by version:
/// <c>libllama.v0.4.0.so</c>, <c>libllama.vulkan.v0.4.0.so</c>, <c>llama.v0.4.0.dll</c>, <c>libllama.metal.v0.4.0.dylib</c>.</summary>
internal static partial class NativeFileSearch
{
    /// <summary>The environment variable that names a folder with the libraries.</summary>
    public const string EnvironmentVariable = "LOCALSLM_LLAMA_DIR";

    /// <summary>Lists the folders to look in, in order: the one that the application names, the one that the environment names,
    /// and those beside the application.</summary>
    public static List<string> ListFolders(string? named, string? fromEnvironment, string baseDirectory)
    {
        var folders = new List<string>();
        Add(named);
        Add(fromEnvironment);
        Add(Path.Combine(baseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"));
        Add(Path.Combine(baseDirectory, "runtimes", PortableRuntimeIdentifier, "native"));
        Add(baseDirectory);
        return folders;

        void Add(string? folder)
        {
            if (!string.IsNullOrWhiteSpace(folder))
            {
                var full = Path.GetFullPath(folder);
                if (!folders.Contains(full))
                {
                    folders.Add(full);
                }
            }
        }
    }

    /// <summary>Gets the identifier of this system without a distribution's name, such as <c>linux-x64</c>.</summary>
    public static string PortableRuntimeIdentifier
    {
        get
        {
            var system =
                OperatingSystem.IsWindows() ? "win"
                : OperatingSystem.IsMacOS() ? "osx"
                : "linux";
            var architecture = RuntimeInformation.ProcessArchitecture switch
            {
                Architecture.X64 => "x64",
                Architecture.Arm64 => "arm64",
                Architecture.X86 => "x86",
                Architecture.Arm => "arm",
                var other => other.ToString(),
            };
            return $"{system}-{architecture}";
        }
    }

    /// <summary>Finds the libraries in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="wantedVersion">The version to prefer where there are several.</param>
    /// <param name="problem">What is missing, if the result is <see langword="null"/>.</param>
    /// <returns>The files, or <see langword="null"/>.</returns>
    public static NativeFiles? Find(string folder, string wantedVersion, out string problem)
    {
        List<Candidate> candidates;
        try
        {
            candidates =
            [
                .. Directory
                    .EnumerateFiles(folder)
                    .Select(path => (path, match: LibraryName.Match(Path.GetFileName(path))))
                    .Where(file => file.match.Success)
                    .Select(file => new Candidate(
                        file.path,
                        file.match.Groups["name"].Value,
                        file.match.Groups["backend"].Value,
                        file.match.Groups["version"].Success ? file.match.Groups["version"].Value : null
                    )),
            ];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problem = error is DirectoryNotFoundException ? "there is no such folder" : error.Message;
            return null;
        }

        // The wanted version first; among equals the build with a GPU backend, which computes on the CPU as well.
        var llama = candidates
            .Where(file => file.Name == "llama")
            .OrderByDescending(file => file.Version == wantedVersion)
            .ThenByDescending(file => file.Backend.Length > 0)
            .ThenBy(file => file.Path, StringComparer.Ordinal)
            .FirstOrDefault();
        if (llama is null)
        {
            problem = "no file named like the llama library lies there";
            return null;
        }

        var ggml = candidates.FirstOrDefault(file =>
            file.Name == "ggml" && file.Backend == llama.Backend && file.Version == llama.Version
        );
        var ggmlBase =
            candidates.FirstOrDefault(file => file.Name == "ggml-base" && file.Version == llama.Version)
            ?? candidates.FirstOrDefault(file => file.Name == "ggml-base" && file.Version is null);
        if (ggml is null || ggmlBase is null)
        {
            problem =
                $"{Path.GetFileName(llama.Path)} lies there without its {(ggml is null ? "ggml" : "ggml-base")} library";
            return null;
        }

        problem = string.Empty;
        return new NativeFiles(folder, ggmlBase.Path, ggml.Path, llama.Path, llama.Version);
    }

    /// <summary>Tells which library of llama.cpp a file name stands for.</summary>
    /// <returns><c>llama</c>, <c>ggml</c>, <c>ggml-base</c>, or <see langword="null"/>.</returns>
    public static string? Recognise(string fileName)
    {
        var match = LibraryName.Match(fileName);
        return match.Success ? match.Groups["name"].Value : null;
    }

    [GeneratedRegex(
        @"^(lib)?(?<name>llama|ggml|ggml-base)(\.(?<backend>[a-z]+))?(\.v?(?<version>\d+\.\d+\.\d+))?\.(so(\.\d+)*|dll|dylib)$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant
    )]
    private static partial Regex LibraryName { get; }

    private sealed record Candidate(string Path, string Name, string Backend, string? Version);
}
