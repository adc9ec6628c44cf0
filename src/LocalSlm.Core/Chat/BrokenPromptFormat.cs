using LocalSlm.Tools;

namespace LocalSlm.Chat;

/// <summary>Stands for a model's own chat template that cannot be parsed: the model can still be used without it, and whoever
/// needs it is told.</summary>
internal sealed class BrokenPromptFormat(ChatTemplateException error) : IPromptFormat
{
    public string? Source => null;

    public IReadOnlyCollection<string> VariableNames => [];

    public TemplateRenderer? Samples => null;

    public IReadOnlyList<PromptSpan> Render(PromptInput input) =>
        throw new ChatTemplateException(
            $"the model's own template cannot be parsed ({error.Problem}). Give another one in ModelLoadOptions.ChatTemplate.",
            error.Line,
            innerException: error
        );
}
