using LocalSlm.Tools;

namespace LocalSlm.Chat;

/// <summary>A chat template with all that is known of it: the family it belongs to, what it renders, what it can switch. Safe for
/// concurrent use.</summary>
internal sealed class TemplateProfile
{
    private readonly string _modelName;
    private readonly ToolFormat _family;
    private readonly RoleSupport _roles;
    private readonly ToolSupport _support;

    /// <summary>Creates a profile.</summary>
    /// <param name="modelName">The model's name, for messages.</param>
    /// <param name="format">The template.</param>
    /// <param name="named">The family that was named by the caller; <see langword="null"/> to tell it by the template.</param>
    public TemplateProfile(string modelName, IPromptFormat format, ToolFormat? named)
    {
        _modelName = modelName;
        _family = FamilyOf(format, named);
        _roles = new RoleSupport(format);
        _support = new ToolSupport(format, _family);
        Format = format;
        Switches = new ThinkingSwitches(format);
        Reasoning =
            _family.Reasoning is { } tags && (Switches.Any || Names(tags.Open) || Names(tags.Close)) ? tags : null;

        bool Names(string tag) => format.Source?.Contains(tag.Trim(), StringComparison.Ordinal) ?? false;
    }

    /// <summary>Gets the template.</summary>
    public IPromptFormat Format { get; }

    /// <summary>Gets the variables by which reasoning is chosen.</summary>
    public ThinkingSwitches Switches { get; }

    /// <summary>Gets how the model marks its thinking; <see langword="null"/> where nothing in the template says that it thinks.</summary>
    public ReasoningTags? Reasoning { get; }

    /// <summary>Gets the family that replies are read and bound by.</summary>
    public ToolFormat Family => _family;

    /// <summary>Gets a value indicating whether replies are parsed though the request has no tools.</summary>
    public bool AlwaysParses => _family.AlwaysParses || Reasoning is not null;

    /// <summary>Gets a value indicating whether one reply may hold several calls.</summary>
    public bool TakesSeveralCalls => !IsNative || _support.TakesSeveralCalls;

    /// <summary>Gets a value indicating whether the template itself shows tools, calls and results. Otherwise they are put into words.</summary>
    private bool IsNative => _support is { RendersTools: true, CallForm: not null };

    /// <summary>Finds the family of a template.</summary>
    /// <param name="format">The template.</param>
    /// <param name="named">The family that was named by the caller, or <see langword="null"/>.</param>
    public static ToolFormat FamilyOf(IPromptFormat format, ToolFormat? named) =>
        named ?? ToolFormats.Choose(format.Source, format.Samples);

    /// <summary>Renders a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="messages">The messages in place of its own.</param>
    /// <param name="continueFinalMessage">Whether the last one is left open.</param>
    /// <returns>The prompt.</returns>
    /// <exception cref="ChatTemplateException">The template refuses the conversation.</exception>
    /// <exception cref="NotSupportedException">The template drops messages of a role that is used, or cannot do what is wished of the
    /// reasoning.</exception>
    public IReadOnlyList<PromptSpan> Render(
        ChatRequest request,
        IReadOnlyList<PromptMessage> messages,
        bool continueFinalMessage
    )
    {
        RefuseReasoning(request.Reasoning);
        var hasCalls = messages.Any(static message => message.ToolCalls.Count > 0 || message.ToolCallId is not null);
        var isNative = false;
        if (hasCalls || request.Tools.Any)
        {
            isNative = request.Tools.Any ? IsNative : _support.CallForm is not null;
            messages = isNative
                ? CallHistory.Adapt(messages, _family.CallIdLength, _support.TakesSeveralCalls)
                : WordedTools.Rewrite(messages, request.Tools, _family.Wording, _roles.TakesSystemText);
        }

        RefuseDroppedRoles(messages);
        var variables = new Dictionary<string, object?>(request.ModelVariables);
        Switches.Apply(
            request.Reasoning,
            ReasoningPlan.BudgetOf(request.Reasoning, Switches.TakesNamedEffort),
            variables
        );
        foreach (var (name, value) in request.TemplateVariables)
        {
            variables[name] = value;
        }

        return Format.Render(
            new PromptInput
            {
                Messages = messages,
                Variables = variables,
                Tools = isNative ? request.Tools.Functions : [],
                CallForm = hasCalls && isNative ? _support.CallForm!.Value : default,
                ContinueFinalMessage = continueFinalMessage,
            }
        );
    }

    private void RefuseReasoning(ReasoningRequest wish)
    {
        if (wish.IsWanted && !AlwaysParses && !Switches.Any)
        {
            throw new NotSupportedException(
                $"ChatOptions.Reasoning asks model '{_modelName}' to think, but its chat template knows no reasoning. Leave "
                    + "Reasoning.Effort and ReasoningBudgetTokens out, or set Effort to None."
            );
        }

        // Thinking without tags can be asked for in words alone.
        if (_family.AlwaysParses && Reasoning is null && (wish.IsOff || wish.BudgetTokens is not null))
        {
            throw new NotSupportedException(
                $"Model '{_modelName}' always thinks, and its thinking cannot be cut off: ChatOptions.ReasoningBudgetTokens and "
                    + "Reasoning.Effort = None are not supported. Choose Effort Low, Medium or High."
            );
        }
    }

    private void RefuseDroppedRoles(IReadOnlyList<PromptMessage> messages)
    {
        for (var index = 0; index < messages.Count; index++)
        {
            var (role, isFirst) = (messages[index].Role, index == 0);
            if (messages[index] is { Content.Length: > 0, ToolCallId: null } && !_roles.Renders(role, isFirst))
            {
                var place = role == PromptMessage.System && !isFirst ? " behind the first message" : "";
                throw new NotSupportedException(
                    $"The chat template of model '{_modelName}' leaves out messages of the role '{role}'{place}. "
                        + "Put their text elsewhere, or give another template in ChatOptions.ChatTemplate."
                );
            }
        }
    }
}
