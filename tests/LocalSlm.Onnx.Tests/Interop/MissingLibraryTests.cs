using System.Runtime.InteropServices;
using LocalSlm.Onnx.Interop;

namespace LocalSlm.Tests.Interop;

/// <summary>An application that references no native package of ONNX Runtime, or a wrong one.</summary>
public sealed class MissingLibraryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localslm-app-").FullName;

    private static string FileName =>
        OperatingSystem.IsWindows() ? "onnxruntime.dll"
        : OperatingSystem.IsMacOS() ? "libonnxruntime.dylib"
        : "libonnxruntime.so";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Start_WithoutTheLibrary_NamesPlacesAndPackage()
    {
        CopyManagedFiles();
        var run = await new OnnxProbe { From = _folder }.RunAsync("environment");

        Assert.StartsWith("NativeLibraryException: Native library 'onnxruntime'", run.Output, StringComparison.Ordinal);
        Assert.Contains($"{Path.Combine(_folder, FileName)}: not there", run.Output, StringComparison.Ordinal);
        Assert.Contains("Microsoft.ML.OnnxRuntime for the CPU", run.Output, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Start_WithALibraryOfAnotherProcessor_SaysWhatTheLoaderSaid()
    {
        var foreign = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "x64" : "arm64";
        var system = OperatingSystem.IsWindows() ? "win" : "linux";
        if (OperatingSystem.IsMacOS())
        {
            Assert.Skip("The package has one library for macOS.");
        }

        CopyManagedFiles();
        File.Copy(
            Path.Combine(OnnxProbe.Folder, "runtimes", $"{system}-{foreign}", "native", FileName),
            Path.Combine(_folder, FileName)
        );
        var run = await new OnnxProbe { From = _folder }.RunAsync("environment");

        Assert.StartsWith("NativeLibraryException: ", run.Output, StringComparison.Ordinal);
        var line = Assert.Single(run.Lines("  " + Path.Combine(_folder, FileName)));
        Assert.NotEqual("not there", line);
        Assert.DoesNotContain("it is ONNX Runtime", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAnotherLibraryOfThatName_SaysThatItIsNone()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("The package has a second library, to take for a wrong one, on Linux.");
        }

        CopyManagedFiles();
        File.Copy(
            Path.Combine(
                OnnxProbe.Folder,
                "runtimes",
                $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}",
                "native",
                "libonnxruntime_providers_shared.so"
            ),
            Path.Combine(_folder, FileName)
        );
        var run = await new OnnxProbe { From = _folder }.RunAsync("environment");

        Assert.StartsWith("NativeLibraryException: ", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            "it is no ONNX Runtime library",
            Assert.Single(run.Lines("  " + Path.Combine(_folder, FileName)))
        );
    }

    [Fact]
    public unsafe void DescribeVersion_OfAnOlderLibrary_NamesBothVersions()
    {
        var api = new OrtApiBase
        {
            GetApi = (nint)(delegate* unmanaged<uint, nint>)&KnowsVersion14,
            GetVersionString = (nint)(delegate* unmanaged<nint>)&SaysVersion14,
        };

        Assert.Equal(
            "it is ONNX Runtime 1.14.0, older than 1.31, which is needed",
            MissingLibrary.DescribeVersion(&api)
        );
    }

    /// <summary>Everything that an application has which references no native package.</summary>
    private void CopyManagedFiles()
    {
        foreach (var file in Directory.EnumerateFiles(OnnxProbe.Folder))
        {
            // The manifest lists the native files, and the host refuses to start without them.
            if (!file.EndsWith(".deps.json", StringComparison.Ordinal))
            {
                File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
            }
        }
    }

    [UnmanagedCallersOnly]
    private static nint KnowsVersion14(uint version) => version <= 14 ? 1 : 0;

    [UnmanagedCallersOnly]
    private static nint SaysVersion14() => s_version14;

    private static readonly nint s_version14 = Marshal.StringToCoTaskMemUTF8("1.14.0");
}
