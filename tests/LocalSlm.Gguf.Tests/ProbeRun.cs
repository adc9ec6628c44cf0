using System.Diagnostics;
using LocalSlm.Testing;

namespace LocalSlm.Tests;

/// <summary>One run of the probe program in a process of its own, for what would end this one.</summary>
/// <param name="ExitCode">Its exit code; 128 and more for a signal.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Errors">What it wrote to standard error.</param>
internal sealed record ProbeRun(int ExitCode, string Output, string Errors)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Gets the probe's assembly, of the same build as these tests.</summary>
    public static string ProbePath
    {
        get
        {
            // .../tests/LocalSlm.Gguf.Tests/bin/<configuration>/<framework>/
            var own = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(
                TestAssets.RepositoryRoot,
                "tests",
                "LocalSlm.NativeProbe",
                "bin",
                own.Parent!.Name,
                own.Name,
                "LocalSlm.NativeProbe.dll"
            );
        }
    }

    /// <summary>Runs the probe with arguments behind the folder of the natives.</summary>
    public static Task<ProbeRun> StartAsync(params string[] arguments) =>
        StartProgramAsync("dotnet", [ProbePath, TestAssets.NativeDirectory, .. arguments]);

    /// <summary>Begins a run that is talked to. Whoever begins it ends it.</summary>
    public static Process Begin(params string[] arguments) =>
        Process.Start(
            new ProcessStartInfo("dotnet", [ProbePath, TestAssets.NativeDirectory, .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                Environment = { ["DOTNET_DbgEnableMiniDump"] = "0" },
            }
        )!;

    /// <summary>Runs the probe with llama.cpp's Vulkan libraries, or skips the test where they or a driver are absent. The probe
    /// computes with them whichever folder the product would choose by itself.</summary>
    /// <param name="visibleDevices">Which devices of the driver the backend shows, such as <c>0</c>; <see langword="null"/> for
    /// what it shows by itself: never a software device.</param>
    /// <param name="arguments">The arguments behind the folder of the natives.</param>
    public static Task<ProbeRun> StartOnVulkanAsync(string? visibleDevices, params string[] arguments)
    {
        var natives = TestAssets.VulkanDirectoryOrSkip();
        // The native library reads its environment when it loads, so that it must be there from the start.
        Dictionary<string, string?> environment = new()
        {
            ["GGML_VK_VISIBLE_DEVICES"] = visibleDevices,
            ["LOCALSLM_LLAMA_DIR"] = natives,
        };
        return StartProgramAsync("dotnet", [ProbePath, natives, .. arguments], environment: environment);
    }

    /// <summary>Runs a program; one that hangs is ended, and fails the test.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Its working directory; <see langword="null"/> for this process's.</param>
    /// <param name="environment">Variables that differ from this process's; <see langword="null"/> takes one away.</param>
    public static async Task<ProbeRun> StartProgramAsync(
        string program,
        string[] arguments,
        string? folder = null,
        IReadOnlyDictionary<string, string?>? environment = null
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
            Environment = { ["GGML_NO_BACKTRACE"] = "1", ["DOTNET_DbgEnableMiniDump"] = "0" },
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail(
                $"'{string.Join(' ', arguments)}' did not end within {s_patience.TotalSeconds} s: {await output}"
            );
        }

        return new ProbeRun(process.ExitCode, await output, await errors);
    }
}
