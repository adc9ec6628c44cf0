using System.Diagnostics;

namespace LocalSlm.Tests.Format.Mutation;

/// <summary>A child process that loads and decodes files natively. When a file kills it, the next call starts another.</summary>
internal sealed class NativeProbeProcess(string probe, string nativeFolder) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<string> _errors = [];
    private Process? _process;

    /// <summary>Tries a file.</summary>
    /// <returns>Whether the child lived, and what it said: the result, or its last words.</returns>
    public (bool Lived, string Words) Try(string path)
    {
        var process = _process ??= Start();
        process.StandardInput.WriteLine(path);
        process.StandardInput.Flush();
        while (true)
        {
            var reading = process.StandardOutput.ReadLineAsync();
            if (!reading.Wait(Patience))
            {
                End();
                return (false, $"no answer for {Patience.TotalSeconds} s");
            }

            switch (reading.Result)
            {
                case null:
                    process.WaitForExit();
                    var words = $"exit code {process.ExitCode}: {LastWords()}";
                    End();
                    return (false, words);
                case ['<', ' ', .. var result]:
                    return (true, result);
                default:
                    continue; // "ready" and "> path"
            }
        }
    }

    public void Dispose() => End();

    private Process Start()
    {
        var start = new ProcessStartInfo("dotnet", [probe, nativeFolder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // ggml would call a debugger for a backtrace, and the runtime would write a dump, at each of many deaths.
            Environment = { ["GGML_NO_BACKTRACE"] = "1", ["DOTNET_DbgEnableMiniDump"] = "0" },
        };
        var process = Process.Start(start)!;
        lock (_errors)
        {
            _errors.Clear();
        }

        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                if (line.Data is not null)
                {
                    _errors.Add(line.Data);
                }
            }
        };
        process.BeginErrorReadLine();
        return process;
    }

    private string LastWords()
    {
        lock (_errors)
        {
            return string.Join(
                " | ",
                _errors.Where(line => line.Length > 0 && !line.StartsWith("   at", StringComparison.Ordinal)).Take(6)
            );
        }
    }

    private void End()
    {
        if (_process is { } process)
        {
            _process = null;
            if (!process.HasExited)
            {
                process.Kill();
            }

            process.Dispose();
        }
    }
}
