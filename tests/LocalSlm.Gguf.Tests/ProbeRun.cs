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

    /// <summary>Runs a program; one that hangs is ended, and fails the test.</summary>
    public static async Task<ProbeRun> StartProgramAsync(string program, string[] arguments, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
            Environment = { ["GGML_NO_BACKTRACE"] = "1", ["DOTNET_DbgEnableMiniDump"] = "0" },
        };
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
