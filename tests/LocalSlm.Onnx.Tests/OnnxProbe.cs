using System.Diagnostics;
using LocalSlm.Testing;

namespace LocalSlm.Tests;

/// <summary>A run of the probe program in a process of its own: ONNX Runtime starts once in a process, and reads its environment
/// and its libraries then.</summary>
internal sealed class OnnxProbe
{
    /// <summary>Where one of these is set, ONNX Runtime sends nothing by itself, and a test that looks for it would see nothing.</summary>
    private static readonly string[] s_buildServerVariables =
    [
        "APPVEYOR",
        "BITBUCKET_BUILD_NUMBER",
        "BUILDKITE",
        "CI",
        "CIRCLECI",
        "CODEBUILD_BUILD_ID",
        "GITHUB_ACTIONS",
        "GITLAB_CI",
        "JENKINS_URL",
        "TEAMCITY_VERSION",
        "TF_BUILD",
        "TRAVIS",
    ];

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    /// <summary>Gets the folder of the probe's build, of the same configuration as these tests.</summary>
    public static string Folder
    {
        get
        {
            // .../tests/LocalSlm.Onnx.Tests/bin/<configuration>/<framework>/
            var own = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(
                TestAssets.RepositoryRoot,
                "tests",
                "LocalSlm.OnnxProbe",
                "bin",
                own.Parent!.Name,
                own.Name
            );
        }
    }

    /// <summary>Gets or sets the folder to run from.</summary>
    public string From { get; init; } = Folder;

    /// <summary>Gets variables of its environment.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>Gets or sets the file to which <c>strace</c> writes the sockets, or <see langword="null"/>.</summary>
    public string? TraceFile { get; init; }

    /// <summary>Gets what it wrote to standard output.</summary>
    public string Output { get; private set; } = "";

    /// <summary>Gets what it wrote to standard error.</summary>
    public string Errors { get; private set; } = "";

    /// <summary>Gets its exit code; 128 and more for a signal.</summary>
    public int ExitCode { get; private set; }

    /// <summary>Gets the lines of its output that begin with a word and a colon, without these.</summary>
    public string[] Lines(string word) =>
        [
            .. Output
                .Split('\n')
                .Where(line => line.StartsWith(word + ": ", StringComparison.Ordinal))
                .Select(line => line[(word.Length + 2)..].Trim()),
        ];

    /// <summary>Runs it to its end; one that hangs is ended, and fails the test.</summary>
    public async Task<OnnxProbe> RunAsync(params string[] arguments)
    {
        string[] command = ["dotnet", Path.Combine(From, "LocalSlm.OnnxProbe.dll"), .. arguments];
        if (TraceFile is not null)
        {
            command = ["strace", "-f", "-e", "trace=socket,connect", "-o", TraceFile, .. command];
        }

        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Without the debugger's socket, whatever socket is open is somebody else's.
            Environment = { ["DOTNET_EnableDiagnostics"] = "0", ["DOTNET_DbgEnableMiniDump"] = "0" },
        };
        start.Environment.Remove("ORT_DISABLE_TELEMETRY");
        foreach (var name in s_buildServerVariables)
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in Variables)
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
            process.Kill(entireProcessTree: true);
            Assert.Fail(
                $"'{string.Join(' ', arguments)}' did not end within {s_patience.TotalSeconds} s: {await output}"
            );
        }

        (Output, Errors, ExitCode) = (await output, await errors, process.ExitCode);
        return this;
    }
}
