using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Samples.Chat;

/// <summary>The only place that knows LocalSlm: everything else talks to <see cref="IChatClient"/>.</summary>
internal static class ModelComposition
{
    public static ServiceProvider Compose(string path, bool verbose)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging =>
        {
            if (verbose)
            {
                // To standard error, so that the reply alone is on standard output.
                logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
                logging.SetMinimumLevel(LogLevel.Debug);
            }
        });

        // A file or a folder: which runtime serves it is found out from what lies there.
        var name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(path));
        services.AddLocalSlm().AddChatModel(name, path);
        return services.BuildServiceProvider();
    }

    /// <summary>Finds the model that the build of this repository restored.</summary>
    public static string FindDefault()
    {
        const string relative = "artifacts/assets/models/minimind2-small-q8_0.gguf";
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, relative);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException(
            $"'{relative}' was not found. Restore it with: dotnet build eng/LocalSlm.Assets, or name a model with --model."
        );
    }
}
