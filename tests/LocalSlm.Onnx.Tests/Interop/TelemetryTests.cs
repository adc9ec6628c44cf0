using System.Diagnostics;
using LocalSlm.Onnx.Interop;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Interop;

/// <summary>Nothing leaves the machine: ONNX Runtime's telemetry is off in every process that uses the product. Each test has a
/// process and a home of its own.</summary>
public sealed class TelemetryTests : IDisposable
{
    // The library waits some nine seconds after its start before it first connects (measured, 1.31.1, Linux x64).
    private const string Patience = "14";

    private readonly string _home = Directory.CreateTempSubdirectory("localslm-home-").FullName;

    private static string Model => TestAssets.ModelOrSkip("tiny-llama-genai-fp32");

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task Session_OfTheProduct_WritesNoFile()
    {
        var run = await Probe().RunAsync("run", Model);

        Assert.Equal("407 123 407 407 407 123 407 407", Assert.Single(run.Lines("tokens")));
        Assert.Equal("0", Assert.Single(run.Lines("sockets")));
        Assert.DoesNotContain("OnnxTelemetryTooLate", run.Output, StringComparison.Ordinal);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Session_OfTheProduct_WritesNoFileWhateverTheEnvironmentSays()
    {
        var probe = Probe();
        probe.Variables[TelemetrySwitch.Variable] = "0";
        await probe.RunAsync("run", Model);

        Assert.Empty(Files());
    }

    /// <summary>The other tests of this class can fail: without the product the same process does write.</summary>
    [Fact]
    public async Task Session_OfOnnxRuntimeAlone_WritesFiles()
    {
        var run = await Probe().RunAsync("bare", Model);

        Assert.Equal("407 123 407 407 407 123 407 407", Assert.Single(run.Lines("tokens")));
        if (OperatingSystem.IsLinux())
        {
            Assert.Contains(Files(), static file => file.Contains(".onnxruntime", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Product_AfterOnnxRuntimeWasStarted_WarnsOnce()
    {
        var run = await Probe().RunAsync("bare-first", Model);

        Assert.Equal(2, run.Lines("tokens").Length);
        Assert.Contains(TelemetrySwitch.Variable, Assert.Single(run.Lines("Warning OnnxTelemetryTooLate")));
    }

    [Fact]
    public async Task Product_AfterTheLibraryWasOnlyLoaded_WritesNoFileAndWarns()
    {
        var run = await Probe().RunAsync("library-first", Model);

        Assert.Empty(Files());
        Assert.Single(run.Lines("Warning OnnxTelemetryTooLate"));
    }

    [Fact]
    public async Task Process_OverSomeTime_OpensNoSocket()
    {
        await SkipWithoutTraceAsync();
        var product = Probe("product.trace").RunAsync("linger", "run", Model, Patience);
        var bare = Probe("bare.trace").RunAsync("linger", "bare", Model, Patience);
        await Task.WhenAll(product, bare);

        Assert.Empty(Sockets("product.trace"));
        // This can fail: ONNX Runtime alone does try to connect.
        Assert.NotEmpty(Sockets("bare.trace"));
    }

    [Theory]
    [InlineData("libonnxruntime.so", true)]
    [InlineData("libonnxruntime.so.1.31.1", true)]
    [InlineData("libonnxruntime.1.31.1.dylib", true)]
    [InlineData("onnxruntime.dll", true)]
    [InlineData("Microsoft.ML.OnnxRuntime.dll", false)]
    [InlineData("libonnxruntime_providers_shared.so", false)]
    [InlineData("onnxruntime-genai.dll", false)]
    [InlineData(null, false)]
    public void IsLibrary_OfFile_KnowsTheNativeLibraryAlone(string? file, bool expected) =>
        Assert.Equal(expected, TelemetrySwitch.IsLibrary(file));

    [Fact]
    public void Variable_SetForNativeCode_IsSeenByNativeCode()
    {
        Assert.True(TelemetrySwitch.IsSet);
        Assert.Equal("1", NativeVariables.Get(TelemetrySwitch.Variable));
        Assert.True(NativeVariables.Set("LOCALSLM_TEST_VARIABLE", "ä"));
        Assert.Equal("ä", NativeVariables.Get("LOCALSLM_TEST_VARIABLE"));
    }

    private OnnxProbe Probe(string? trace = null) =>
        new()
        {
            TraceFile = trace is null ? null : Path.Combine(_home, trace),
            Variables =
            {
                ["HOME"] = _home,
                ["XDG_CACHE_HOME"] = Path.Combine(_home, "cache"),
                ["USERPROFILE"] = _home,
                ["LOCALAPPDATA"] = _home,
                // What the library sends by itself ends on this machine: the discard port, where nobody listens.
                ["HTTPS_PROXY"] = "http://127.0.0.1:9",
                ["https_proxy"] = "http://127.0.0.1:9",
            },
        };

    private string[] Files() =>
        [
            .. Directory
                .EnumerateFiles(_home, "*", SearchOption.AllDirectories)
                .Where(static file => !file.EndsWith(".trace", StringComparison.Ordinal)),
        ];

    private string[] Sockets(string trace) =>
        [
            .. File.ReadLines(Path.Combine(_home, trace))
                .Where(static line => line.Contains("socket(", StringComparison.Ordinal)),
        ];

    private static async Task SkipWithoutTraceAsync()
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("strace", ["-o", "/dev/null", "true"]) { RedirectStandardError = true }
            )!;
            await process.WaitForExitAsync();
            if (process.ExitCode == 0)
            {
                return;
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Not installed.
        }

        Assert.Skip("strace is not installed, or may not trace: sockets that live for a moment cannot be seen.");
    }
}
