using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace LocalSlm.Hardware.Probing;

/// <summary>The side of the process that starts others to ask runtimes. Never throws, but for cancellation.</summary>
internal sealed class ProbeChildRunner(ProbeChildProcess settings, TimeProvider clock)
{
    private const string NotLoaded = "Its native libraries were not loaded into this process to ask it.";

    /// <summary>Asks a runtime.</summary>
    public async Task<RuntimeReport> AskAsync(string runtime)
    {
        DirectoryInfo? folder = null;
        try
        {
            folder = Directory.CreateTempSubdirectory("localslm-probe-");
            return await AskAsync(runtime, Path.Combine(folder.FullName, "devices.json")).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or Win32Exception)
        {
            return Failed(
                runtime,
                $"The process that should ask it, '{settings.FileName}', could not be started: {error.Message}"
            );
        }
        finally
        {
            Delete(folder);
        }
    }

    /// <summary>Gives the words for an exit code. On Unix, a process that a signal ended shows 128 and its number (signal(7)).</summary>
    internal static string DescribeExit(int code)
    {
        var meaning = code switch
        {
            134 => " (aborted)",
            136 => " (arithmetic error)",
            137 => " (killed, perhaps for want of memory)",
            132 => " (illegal instruction)",
            135 => " (bus error)",
            139 => " (invalid memory access)",
            unchecked((int)0xC0000005) => " (invalid memory access)",
            unchecked((int)0xC0000409) => " (aborted)",
            _ => string.Empty,
        };
        return string.Create(CultureInfo.InvariantCulture, $"exit code {code}{meaning}");
    }

    private async Task<RuntimeReport> AskAsync(string runtime, string file)
    {
        var start = new ProcessStartInfo(settings.FileName)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [ProbeChild.EnvironmentVariable] = "1" },
        };
        foreach (var argument in (string[])[.. settings.Arguments, ProbeChild.Argument, runtime, file])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = new Process { StartInfo = start };
        string? lastWords = null;
        process.ErrorDataReceived += (_, line) =>
            Volatile.Write(ref lastWords, string.IsNullOrWhiteSpace(line.Data) ? lastWords : line.Data.Trim());
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!await EndsInTimeAsync(process).ConfigureAwait(false))
        {
            return Failed(
                runtime,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The process that asked it did not answer within {settings.Timeout.TotalSeconds:0.###} s and was ended: a driver hangs, or the program does not call {nameof(HardwareProbe.TryRunAsChild)} first. Raise {nameof(ProbeChildProcess)}.{nameof(ProbeChildProcess.Timeout)} if it is only slow."
                )
            );
        }

        var report = await ReadAsync(file).ConfigureAwait(false);
        var exit = DescribeExit(process.ExitCode);
        var words = Volatile.Read(ref lastWords) is { } last ? $" Its last words: {last}" : string.Empty;
        return report switch
        {
            null when process.ExitCode == 0 => Failed(
                runtime,
                $"The process that asked it ended without an answer: the program '{settings.FileName}' must call {nameof(HardwareProbe)}.{nameof(HardwareProbe.TryRunAsChild)} first of all."
            ),
            null => Failed(
                runtime,
                $"The process that asked it ended with {exit}: a driver or library crashed.{words}"
            ),
            _ when process.ExitCode != 0 => report with
            {
                Notes =
                [
                    .. report.Notes,
                    $"The process that asked it answered, and then ended with {exit}: a driver or library crashes at its end.{words}",
                ],
            },
            _ => report with { Notes = [.. report.Notes, "It was asked in a process of its own."] },
        };
    }

    private async Task<bool> EndsInTimeAsync(Process process)
    {
        using var patience = new CancellationTokenSource(settings.Timeout, clock);
        try
        {
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return false;
        }
    }

    private static async Task<RuntimeReport?> ReadAsync(string file)
    {
        try
        {
            return File.Exists(file)
                ? RuntimeReportJson.Read(await File.ReadAllBytesAsync(file).ConfigureAwait(false))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static RuntimeReport Failed(string runtime, string reason) =>
        new(runtime, null, [], $"{reason} {NotLoaded}");

    private static void Delete(DirectoryInfo? folder)
    {
        try
        {
            folder?.Delete(recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A process that was ended may hold it for a moment; the system clears its temporary folder.
        }
    }
}
