using LocalSlm.Chat;
using LocalSlm.Tools;
using Microsoft.Extensions.Options;

namespace LocalSlm.Hosting.Registration;

/// <summary>Checks everything a host is to serve, and reports all problems together.</summary>
internal sealed class LocalSlmOptionsValidator(ModelRegistry registry) : IValidateOptions<LocalSlmOptions>
{
    public ValidateOptionsResult Validate(string? name, LocalSlmOptions options)
    {
        List<string> problems = [.. options.Problems];
        if (options.DefaultModel is { } model && !registry.Names.Contains(model))
        {
            problems.Add(
                $"DefaultModel is '{model}', which is no registered model. Registered are: {string.Join(", ", registry.Names)}."
            );
        }

        foreach (var (key, value) in options.Models)
        {
            Check(key, value, problems);
            if (!registry.Names.Contains(key))
            {
                problems.Add($"Model '{key}' has options but was not added. Call AddChatModel(\"{key}\").");
            }
        }

        if (options.DefaultEmbeddingModel is { } embedding && !registry.EmbeddingNames.Contains(embedding))
        {
            problems.Add(
                $"DefaultEmbeddingModel is '{embedding}', which is no registered embedding model. Registered are: "
                    + $"{string.Join(", ", registry.EmbeddingNames)}."
            );
        }

        foreach (var (key, value) in options.EmbeddingModels)
        {
            Check(key, value, problems);
            if (!registry.EmbeddingNames.Contains(key))
            {
                problems.Add(
                    $"Embedding model '{key}' has options but was not added. Call AddEmbeddingModel(\"{key}\")."
                );
            }
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static void Check(string name, ChatModelOptions model, List<string> problems)
    {
        if (string.IsNullOrWhiteSpace(model.Path))
        {
            problems.Add($"Model '{name}' has no Path. Set it in AddChatModel, or LocalSlm:Models:{name}:Path.");
        }

        if (model.Load.ToolFormat is { } format && ToolFormats.Find(format) is null)
        {
            problems.Add($"Model '{name}': {OptionError.UnknownToolFormat(format)}");
        }

        problems.AddRange(model.Load.FindConflicts().Select(conflict => $"Model '{name}': {conflict}"));
    }

    private static void Check(string name, EmbeddingModelOptions model, List<string> problems)
    {
        if (string.IsNullOrWhiteSpace(model.Path))
        {
            problems.Add(
                $"Embedding model '{name}' has no Path. Set it in AddEmbeddingModel, or LocalSlm:EmbeddingModels:{name}:Path."
            );
        }

        problems.AddRange(model.Embedding.FindConflicts().Select(conflict => $"Embedding model '{name}': {conflict}"));
    }
}
