using System.Runtime.InteropServices;

namespace LocalSlm.Assets;

/// <summary>An npm package that carries llama.cpp's native libraries for one platform.</summary>
/// <param name="Name">The package.</param>
/// <param name="RuntimeIdentifier">The platform as .NET names it.</param>
/// <param name="BinariesFolder">The package's own name of the platform, a folder under <c>bins</c>.</param>
/// <param name="TargetFolder">Where they go, below the platform's folder: builds take what lies in <c>native</c>.</param>
internal sealed record NativePackage(
    string Name,
    string RuntimeIdentifier,
    string BinariesFolder,
    string TargetFolder = "native"
)
{
    // With a software driver of Vulkan, tests have a GPU on any machine of this platform: 27 MB to fetch, 77 MB on disk.
    private static readonly NativePackage[] ForTests =
    [
        new("@node-llama-cpp/linux-x64-vulkan", "linux-x64", "linux-x64-vulkan", "vulkan"),
    ];

    private static readonly NativePackage[] All =
    [
        new("@node-llama-cpp/linux-x64", "linux-x64", "linux-x64"),
        new("@node-llama-cpp/linux-arm64", "linux-arm64", "linux-arm64"),
        new("@node-llama-cpp/win-x64", "win-x64", "win-x64"),
        new("@node-llama-cpp/win-arm64", "win-arm64", "win-arm64"),
        new("@node-llama-cpp/mac-arm64-metal", "osx-arm64", "mac-arm64-metal"),
        new("@node-llama-cpp/mac-x64", "osx-x64", "mac-x64"),
    ];

    /// <summary>Gets the package for the machine this runs on.</summary>
    public static NativePackage Current
    {
        get
        {
            var system =
                OperatingSystem.IsWindows() ? "win"
                : OperatingSystem.IsMacOS() ? "osx"
                : OperatingSystem.IsLinux() ? "linux"
                : "unknown";
            var identifier = $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
            // The packages are built against glibc. Alpine's own builds of .NET name the distribution instead of musl.
            if (
                RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)
                || RuntimeInformation.RuntimeIdentifier.StartsWith("alpine", StringComparison.Ordinal)
            )
            {
                identifier = RuntimeInformation.RuntimeIdentifier;
            }

            return Array.Find(All, package => package.RuntimeIdentifier == identifier)
                ?? throw new AssetException(
                    $"There are no prebuilt llama.cpp libraries for {identifier}. There are for "
                        + $"{string.Join(", ", All.Select(package => package.RuntimeIdentifier))}."
                );
        }
    }

    /// <summary>Gets the packages for the same platform that only tests use.</summary>
    public IEnumerable<NativePackage> Companions =>
        ForTests.Where(package => package.RuntimeIdentifier == RuntimeIdentifier);

    public static bool IsNativePackage(string name) => All.Concat(ForTests).Any(package => package.Name == name);

    /// <summary>Tells the libraries LocalSlm loads from the rest of the package: the Node.js add-on, the command line tools'
    /// common library, link libraries and descriptions stay behind.</summary>
    public static bool IsNeeded(string fileName) =>
        Path.GetExtension(fileName) is ".so" or ".dylib" or ".dll"
        && (fileName.StartsWith("lib", StringComparison.Ordinal) ? fileName[3..] : fileName) is var name
        && (name.StartsWith("ggml", StringComparison.Ordinal) || name.StartsWith("llama.", StringComparison.Ordinal));
}
