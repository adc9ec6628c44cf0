using Microsoft.Extensions.AI;

namespace LocalSlm.Chat;

/// <summary>The variables by which a chat template lets reasoning be chosen. They are told by the variables that the template reads.</summary>
internal sealed class ThinkingSwitches
{
    // Published templates: enable_thinking (Qwen3, SmolLM3, GLM, Nemotron, Gemma 4), thinking (DeepSeek V3.1, Granite 3.3),
    // thinking_mode (MiniMax M3).
    private const string Enable = "enable_thinking";
    private const string Thinking = "thinking";
    private const string Mode = "thinking_mode";

    // GPT-OSS, Mistral, Hunyuan; and Seed-OSS.
    private const string Effort = "reasoning_effort";
    private const string Budget = "thinking_budget";

    private readonly string _source;
    private readonly HashSet<string> _variables;

    public ThinkingSwitches(IPromptFormat format)
    {
        _source = format.Source ?? "";
        _variables = [.. format.VariableNames];
    }

    /// <summary>Gets a value indicating whether there is any.</summary>
    public bool Any => HasOnOff || TakesNamedEffort || _variables.Contains(Budget);

    /// <summary>Gets a value indicating whether the template tells the model in words how much to think.</summary>
    public bool TakesNamedEffort => _variables.Contains(Effort);

    private bool HasOnOff => _variables.Contains(Enable) || _variables.Contains(Thinking) || _variables.Contains(Mode);

    /// <summary>Sets the variables for a wish; nothing where there is none.</summary>
    /// <param name="reasoning">The wish.</param>
    /// <param name="budgetTokens">The tokens that thinking may take, or <see langword="null"/>.</param>
    /// <param name="variables">Receives the variables.</param>
    public void Apply(ReasoningRequest reasoning, int? budgetTokens, IDictionary<string, object?> variables)
    {
        if (!reasoning.IsOff && !reasoning.IsWanted)
        {
            return;
        }

        var isOn = !reasoning.IsOff;
        Set(Enable, isOn);
        Set(Thinking, isOn);
        Set(Mode, isOn ? "enabled" : "disabled");
        if (reasoning.IsOff)
        {
            // A template without a word for it is left alone: it would refuse the value, or take it for something else.
            if (FirstKnown("none", "no_think") is { } none)
            {
                Set(Effort, none);
            }

            Set(Budget, 0);
            return;
        }

        if (reasoning.Effort is { } effort and not ReasoningEffort.None)
        {
            Set(Effort, NameOf(effort));
        }

        if (budgetTokens is { } tokens)
        {
            Set(Budget, tokens);
        }

        void Set(string name, object value)
        {
            if (_variables.Contains(name))
            {
                variables[name] = value;
            }
        }
    }

    /// <summary>Chooses among the words that templates use; the template's own literals decide.</summary>
    private string NameOf(ReasoningEffort effort) =>
        effort switch
        {
            ReasoningEffort.Low => FirstKnown("low") ?? "low",
            ReasoningEffort.Medium => FirstKnown("medium", "high") ?? "medium",
            ReasoningEffort.High => FirstKnown("high") ?? "high",
            _ => FirstKnown("xhigh", "max", "high") ?? "high",
        };

    private string? FirstKnown(params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (
                _source.Contains($"'{word}'", StringComparison.Ordinal)
                || _source.Contains($"\"{word}\"", StringComparison.Ordinal)
            )
            {
                return word;
            }
        }

        return null;
    }
}
