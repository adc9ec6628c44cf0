using LocalSlm.Chat;
using LocalSlm.Hosting.Registration.Values;
using LocalSlm.Tools;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LocalSlm.Hosting.Registration;

/// <summary>Checks everything a host is to serve, and reports all problems together.</summary>
internal sealed class LocalSlmOptionsValidator(IServiceProvider services) : IValidateOptions<LocalSlmOptions>
{
    public ValidateOptionsResult Validate(string? name, LocalSlmOptions options)
    {
        List<string> problems = [.. options.Problems];
        CheckHost(options, problems);
        CheckDefault(nameof(options.DefaultModel), options.DefaultModel, "model", [.. options.Models.Keys], problems);
        CheckDefault(
            nameof(options.DefaultEmbeddingModel),
            options.DefaultEmbeddingModel,
            "embedding model",
            [.. options.EmbeddingModels.Keys],
            problems
        );

        // What the defaults contradict is told once, not for every model.
        var ofDefaults = FindConflicts(options.Defaults);
        problems.AddRange(ofDefaults.Select(static conflict => $"Defaults: {conflict}"));
        foreach (var (key, model) in options.Models)
        {
            Check(key, model, options, problems);
            AddConflicts($"Model '{key}'", FindConflicts(model.Load).Except(ofDefaults), problems);
        }

        foreach (var (key, model) in options.EmbeddingModels)
        {
            Check(key, model, options, problems);
            AddConflicts($"Embedding model '{key}'", FindConflicts(model.Embedding).Except(ofDefaults), problems);
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static void CheckHost(LocalSlmOptions options, List<string> problems)
    {
        var atStart =
            options.Models.Values.Count(static model => model.LoadAtStart)
            + options.EmbeddingModels.Values.Count(static model => model.LoadAtStart);
        if (atStart > options.MaxLoadedModels)
        {
            problems.Add(
                $"MaxLoadedModels is {options.MaxLoadedModels}, but {atStart} models have LoadAtStart: raise it, or load fewer at start."
            );
        }

        if (options.StateDirectory is { } folder && File.Exists(folder))
        {
            problems.Add($"StateDirectory is '{folder}', which is a file. A folder is wanted.");
        }
    }

    private static void CheckDefault(
        string option,
        string? name,
        string kind,
        IReadOnlyList<string> names,
        List<string> problems
    )
    {
        if (name is null || names.Contains(name))
        {
            return;
        }

        var near = NearName.Find(name, names) is { } found ? $" Did you mean '{found}'?" : "";
        var registered = names.Count == 0 ? "none" : string.Join(", ", names);
        var section = option == nameof(LocalSlmOptions.DefaultModel) ? "Models" : "EmbeddingModels";
        problems.Add(
            $"{option} is '{name}', which is no registered {kind}.{near} Registered are: {registered}. "
                + MissingModel.LineToAdd(name, section)
        );
    }

    private void Check(string name, ChatModelOptions model, LocalSlmOptions options, List<string> problems)
    {
        if (string.IsNullOrWhiteSpace(model.Path))
        {
            problems.Add(
                options.NamedBy.TryGetValue(name, out var source)
                    ? $"Model '{name}', named by {source}, is neither a name of Models nor a path. {MissingModel.LineToAdd(name)}"
                    : $"Model '{name}' has no Path. Set it in AddChatModel, or LocalSlm:Models:{name}:Path. {MissingModel.LineToAdd(name)}"
            );
        }

        if (model.Load.ToolFormat is { } format && ToolFormats.Find(format) is null)
        {
            problems.Add($"Model '{name}': {OptionError.UnknownToolFormat(format)}");
        }

        CheckBudgets($"Model '{name}'", model.Path, model.Load, options, problems);
    }

    private void Check(string name, EmbeddingModelOptions model, LocalSlmOptions options, List<string> problems)
    {
        if (string.IsNullOrWhiteSpace(model.Path))
        {
            problems.Add(
                $"Embedding model '{name}' has no Path. Set it in AddEmbeddingModel, or LocalSlm:EmbeddingModels:{name}:Path. "
                    + MissingModel.LineToAdd(name, "EmbeddingModels")
            );
        }

        CheckBudgets($"Embedding model '{name}'", model.Path, model.Embedding.Load, options, problems);
    }

    // Weights take at least what their file does, wherever they lie. A folder may hold several models: its load decides.
    private void CheckBudgets(
        string model,
        string? path,
        ModelLoadOptions load,
        LocalSlmOptions options,
        List<string> problems
    )
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            return;
        }

        var root = services.GetService<IHostEnvironment>()?.ContentRootPath;
        var file = new FileInfo(ModelPath.Resolve(path, root));
        if (!file.Exists)
        {
            return;
        }

        Compare(nameof(options.MemoryBudgetBytes), options.MemoryBudgetBytes, " of the host");
        Compare(nameof(load.MemoryBudgetBytes), load.MemoryBudgetBytes, "");

        void Compare(string option, long? budget, string whose)
        {
            if (file.Length > budget)
            {
                problems.Add(
                    $"{model}: {option}{whose} is {budget}, but its file alone has {file.Length} bytes. Raise it, or use a smaller model."
                );
            }
        }
    }

    private static void AddConflicts(string model, IEnumerable<string> conflicts, List<string> problems) =>
        problems.AddRange(conflicts.Select(conflict => $"{model}: {conflict}"));

    private static List<string> FindConflicts(EmbeddingLoadOptions options)
    {
        // It reads no prompts in chunks, so a small batch contradicts nothing.
        var load = options.Load.Clone();
        load.PrefillChunkTokens = Math.Min(load.PrefillChunkTokens, load.BatchTokens);
        return [.. options.FindConflicts().Concat(FindConflicts(load)).Distinct()];
    }

    private static List<string> FindConflicts(ModelLoadOptions load)
    {
        List<string> conflicts = [.. load.FindConflicts()];
        var excluded = load
            .ExcludedDevices.Select(static device => device.ToString())
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (load.RequireDevice is { } required && excluded.Contains(required.ToString()))
        {
            conflicts.Add($"RequireDevice is {required}, but ExcludedDevices lists it. Set one of them.");
        }

        if (load.Devices.Count > 0 && load.Devices.All(device => excluded.Contains(device.ToString())))
        {
            conflicts.Add(
                $"Devices lists {string.Join(", ", load.Devices)}, but ExcludedDevices lists them all: no device is left."
            );
        }

        return conflicts;
    }
}
