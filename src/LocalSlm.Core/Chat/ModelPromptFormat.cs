using LocalSlm.Templating;

namespace LocalSlm.Chat;

/// <summary>The chat template that a loaded model is used with, and where it came from.</summary>
/// <param name="Format">The template; <see langword="null"/> if there is none.</param>
/// <param name="Source"><c>options</c>, <c>model</c>, <c>model:</c> and the name of one of its named templates, or <c>built-in:</c>
/// and its name.</param>
internal readonly record struct ModelPromptFormat(IPromptFormat? Format, string? Source)
{
    private const string DefaultName = "default";

    /// <summary>Chooses: what the options give or name, else the model's own, else a built-in named by architecture.</summary>
    /// <exception cref="ChatTemplateException">The options' template cannot be parsed, or the model has none of the name that they
    /// give.</exception>
    public static ModelPromptFormat Choose(
        ModelFacts facts,
        ModelLoadOptions options,
        Func<string, IPromptFormat> parse
    )
    {
        if (options.ChatTemplate is { } given)
        {
            return new ModelPromptFormat(parse(given), "options");
        }

        if (options.ChatTemplateName is { } name && (name != DefaultName || facts.ChatTemplate is null))
        {
            return facts.NamedChatTemplates.TryGetValue(name, out var named)
                ? ParseOwn(named, $"model:{name}", parse)
                : throw new ChatTemplateException(
                    $"the model has no chat template named '{name}'. It has: {Names(facts)}. Change ModelLoadOptions.ChatTemplateName."
                );
        }

        if (facts.ChatTemplate is { } own)
        {
            return ParseOwn(own, "model", parse);
        }

        return BuiltInTemplates.TryGetForArchitecture(facts.Architecture, out var builtIn, out var source)
            ? new ModelPromptFormat(parse(source), $"built-in:{builtIn}")
            : default;
    }

    private static ModelPromptFormat ParseOwn(string template, string source, Func<string, IPromptFormat> parse)
    {
        try
        {
            return new ModelPromptFormat(parse(template), source);
        }
        catch (ChatTemplateException error)
        {
            return new ModelPromptFormat(new BrokenPromptFormat(error), source);
        }
    }

    private static string Names(ModelFacts facts)
    {
        var names = facts.NamedChatTemplates.Keys.Order(StringComparer.Ordinal);
        var all = string.Join(", ", facts.ChatTemplate is null ? names : names.Prepend(DefaultName));
        return all.Length == 0 ? "none" : all;
    }
}
