using System.Diagnostics;

namespace LocalSlm.Assets;

/// <summary>Takes the vocabularies in GGUF form out of llama.cpp's source, which comes as a git bundle. Only tests use them.</summary>
internal static class VocabularyBundle
{
    // Those for which there are reference ids.
    private static readonly string[] Names =
    [
        "bert-bge",
        "gpt-2",
        "llama-bpe",
        "llama-spm",
        "nomic-bert-moe",
        "phi-3",
        "qwen2",
        "starcoder",
    ];

    /// <summary>Takes them.</summary>
    /// <param name="package">The folder of the package that holds the bundle.</param>
    /// <param name="target">The folder to fill.</param>
    /// <returns><see langword="false"/> if git is missing.</returns>
    /// <exception cref="AssetException">The bundle is not what it was.</exception>
    public static bool TryTake(string package, string target)
    {
        var bundle = Path.Combine(package, "llama", "gitRelease.bundle");
        var repository = target + ".git";
        Directory.CreateDirectory(target);
        try
        {
            if (!TryRun(["clone", "--quiet", "--bare", bundle, repository], Stream.Null))
            {
                return false;
            }

            foreach (var name in Names)
            {
                var file = $"ggml-vocab-{name}.gguf";
                using var output = File.Create(Path.Combine(target, file));
                TryRun(["--git-dir", repository, "show", $"HEAD:models/{file}"], output);
            }

            return true;
        }
        finally
        {
            if (Directory.Exists(repository))
            {
                foreach (var file in Directory.GetFiles(repository, "*", SearchOption.AllDirectories))
                {
                    // git makes its objects read-only, and Windows deletes no such file.
                    File.SetAttributes(file, FileAttributes.Normal);
                }

                Directory.Delete(repository, recursive: true);
            }
        }
    }

    private static bool TryRun(string[] arguments, Stream output)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }

        using (process)
        {
            var errors = process.StandardError.ReadToEndAsync();
            process.StandardOutput.BaseStream.CopyTo(output);
            process.WaitForExit();
            return process.ExitCode == 0
                ? true
                : throw new AssetException(
                    $"git could not read llama.cpp's source: {errors.Result.Trim().ReplaceLineEndings(" | ")}"
                );
        }
    }
}
