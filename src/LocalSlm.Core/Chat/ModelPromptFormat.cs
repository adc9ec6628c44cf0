using LocalSlm.Templating;

namespace LocalSlm.Chat;

/// <summary>The chat template that a loaded model is used with, and where it came from.</summary>
/// <param name="Format">The template; <see langword="null"/> if there is none.</param>
/// <param name="Source"><c>options</c>, <c>model</c>, or <c>built-in:</c> and its name.</param>
internal readonly record struct ModelPromptFormat(IPromptFormat? Format, string? Source)
{
    /// <summary>Chooses: what the options give, else the model's own, else a built-in named by architecture.</summary>
    /// <exception cref="ChatTemplateException">The options' template cannot be parsed.</exception>
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

        if (facts.ChatTemplate is { } own)
        {
            try
            {
                return new ModelPromptFormat(parse(own), "model");
            }
            catch (ChatTemplateException error)
            {
                return new ModelPromptFormat(new BrokenPromptFormat(error), "model");
            }
        }

        return BuiltInTemplates.TryGetForArchitecture(facts.Architecture, out var name, out var source)
            ? new ModelPromptFormat(parse(source), $"built-in:{name}")
            : default;
    }
}
