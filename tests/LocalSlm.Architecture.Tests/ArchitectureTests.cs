using System.Reflection;
using System.Runtime.InteropServices;

namespace LocalSlm.Tests;

/// <summary>The rules of docs/decisions/0001: references point one way, packages show only their root namespace, native calls
/// stay in Interop folders.</summary>
public class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["LocalSlm.Abstractions"] = [],
        ["LocalSlm.Core"] = ["LocalSlm.Abstractions"],
        ["LocalSlm.Gguf"] = ["LocalSlm.Abstractions", "LocalSlm.Core"],
        ["LocalSlm.Onnx"] = ["LocalSlm.Abstractions", "LocalSlm.Core"],
        ["LocalSlm.Hosting"] = ["LocalSlm.Abstractions", "LocalSlm.Core", "LocalSlm.Gguf", "LocalSlm.Onnx"],
    };

    private static readonly Dictionary<string, string[]> PublicNamespaces = new()
    {
        ["LocalSlm.Abstractions"] = ["LocalSlm"],
        ["LocalSlm.Core"] = ["LocalSlm"],
        ["LocalSlm.Gguf"] = ["LocalSlm.Gguf"],
        ["LocalSlm.Onnx"] = ["LocalSlm.Onnx"],
        ["LocalSlm.Hosting"] = ["LocalSlm.Hosting", "Microsoft.Extensions.DependencyInjection"],
    };

    // The operating systems' own libraries, for which Core and Onnx may have calls.
    private static readonly string[] SystemLibraries =
    [
        "libc",
        "kernel32",
        "kernel32.dll",
        "libSystem",
        "ucrtbase",
        "dxgi",
        "setupapi",
    ];

    public static TheoryData<string> Packages => [.. MayReference.Keys];

    [Theory]
    [MemberData(nameof(Packages))]
    public void References_OfPackage_PointDownOnly(string package)
    {
        var references = Assembly.Load(package).GetReferencedAssemblies().Select(static name => name.Name!);
        var own = references.Where(static name => name.StartsWith("LocalSlm", StringComparison.Ordinal));
        Assert.Empty(own.Except(MayReference[package]));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void References_OfPackage_NameNoRuntimeOfAnotherPackage(string package)
    {
        var references = Assembly.Load(package).GetReferencedAssemblies().Select(static name => name.Name!);
        var onnx = references.Any(static name => name.Contains("OnnxRuntime", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(package == "LocalSlm.Onnx", onnx);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void PublicTypes_OfPackage_LieInItsRootNamespace(string package)
    {
        var strays = Assembly
            .Load(package)
            .GetExportedTypes()
            .Where(type => !PublicNamespaces[package].Contains(type.Namespace));
        Assert.Empty(strays);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void NativeCalls_OfPackage_LieInInteropFolders(string package)
    {
        const BindingFlags All =
            BindingFlags.Static
            | BindingFlags.Instance
            | BindingFlags.Public
            | BindingFlags.NonPublic
            | BindingFlags.DeclaredOnly;
        foreach (var type in Assembly.Load(package).GetTypes())
        {
            foreach (var method in type.GetMethods(All))
            {
                if (!method.Attributes.HasFlag(MethodAttributes.PinvokeImpl))
                {
                    continue;
                }

                Assert.EndsWith(".Interop", type.Namespace, StringComparison.Ordinal);
                var library = method.GetCustomAttribute<DllImportAttribute>()!.Value;
                var isRuntimes =
                    library.StartsWith("llama", StringComparison.Ordinal)
                    || library.StartsWith("ggml", StringComparison.Ordinal);
                Assert.True(
                    package == "LocalSlm.Gguf"
                        ? isRuntimes
                        : SystemLibraries.Contains(library) || (package == "LocalSlm.Onnx" && library == "onnxruntime"),
                    $"{type}.{method.Name} calls {library}."
                );
            }
        }
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Classes_OfPackage_AreSealedUnlessMeantAsBases(string package)
    {
        var types = Assembly.Load(package).GetTypes();
        var bases = types.Select(static type => type.BaseType).ToHashSet();
        var open = types.Where(type =>
            type is { IsClass: true, IsSealed: false, IsAbstract: false }
            && type.Namespace?.StartsWith("LocalSlm", StringComparison.Ordinal) == true
            && !bases.Contains(type)
        );
        Assert.Empty(open);
    }
}
