using System.Text.Json;
using LocalSlm.Tools;

namespace LocalSlm.Chat;

/// <summary>Finds out, once for each template, whether it renders tools, calls and results, and in which form it takes them. Templates
/// drop what they do not know without a word.</summary>
internal sealed class ToolSupport
{
    // The call differs from the tool, so that it is told apart in the prompt.
    private const string Tool = """
        {"type":"function","function":{"name":"localslm_tool","description":"b","parameters":{"type":"object",
        "properties":{"localslm_parameter":{"type":"integer","description":"c"}},"required":["localslm_parameter"]}}}
        """;

    private const string ToolName = "localslm_tool";
    private const string CallName = "localslm_call";
    private const string Argument = "localslm_argument";
    private const string Result = "LocalSlmResult";

    // The forms in the order in which they are tried.
    private static readonly CallForm[] s_forms =
    [
        new(),
        new(EmptyContentIsNull: true),
        new(ArgumentsAreText: true),
        new(ArgumentsAreText: true, EmptyContentIsNull: true),
    ];

    private static readonly PromptMessage s_user = new(PromptMessage.User, "a");

    private readonly IPromptFormat _format;
    private readonly int? _idLength;
    private readonly Lazy<bool> _tools;
    private readonly Lazy<CallForm?> _calls;
    private readonly Lazy<bool> _severalCalls;

    public ToolSupport(IPromptFormat format, ToolFormat family)
    {
        _format = format;
        _idLength = family.CallIdLength;
        _tools = new Lazy<bool>(() => Renders([s_user], default, ToolName));
        _calls = new Lazy<CallForm?>(() => FindForm(family.HistoryArguments));
        _severalCalls = new Lazy<bool>(() =>
            _calls.Value is { } form
            && Renders(History(calls: 2), form, $"{CallName}_0", $"{CallName}_1", $"{Result}_1")
        );
    }

    /// <summary>Gets a value indicating whether the template shows tools to the model.</summary>
    public bool RendersTools => _tools.Value;

    /// <summary>Gets the form in which the template takes calls and their results; <see langword="null"/> if it drops them.</summary>
    public CallForm? CallForm => _calls.Value;

    /// <summary>Gets a value indicating whether the template takes several calls in one message.</summary>
    public bool TakesSeveralCalls => _severalCalls.Value;

    private CallForm? FindForm(ArgumentsForm wanted)
    {
        foreach (var form in s_forms)
        {
            if (wanted != ArgumentsForm.Automatic && form.ArgumentsAreText != (wanted == ArgumentsForm.Text))
            {
                continue;
            }

            if (Renders(History(calls: 1), form, $"{CallName}_0", Argument, $"{Result}_0"))
            {
                // Some templates raise an error where a message with calls has both text and reasoning.
                return TryRender(History(calls: 1, "d", "e"), form) is null
                    ? form with
                    {
                        JoinsReasoning = true,
                    }
                    : form;
            }
        }

        return null;
    }

    private List<PromptMessage> History(int calls, string content = "", string? reasoning = null)
    {
        using var arguments = JsonDocument.Parse($$"""{"{{Argument}}":1}""");
        var made = new List<PromptToolCall>();
        var results = new List<PromptMessage>();
        for (var index = 0; index < calls; index++)
        {
            var id = CallIds.Fit($"{CallName}_{index}", _idLength);
            made.Add(new PromptToolCall(id, $"{CallName}_{index}", arguments.RootElement.Clone()));
            results.Add(
                new PromptMessage(PromptMessage.Tool, $"{Result}_{index}", Name: $"{CallName}_{index}")
                {
                    ToolCallId = id,
                }
            );
        }

        return
        [
            s_user,
            new PromptMessage(PromptMessage.Assistant, content, reasoning) { ToolCalls = made },
            .. results,
        ];
    }

    private bool Renders(IReadOnlyList<PromptMessage> messages, CallForm form, params ReadOnlySpan<string> wanted)
    {
        if (TryRender(messages, form) is not { } prompt)
        {
            return false;
        }

        foreach (var text in wanted)
        {
            if (!prompt.Contains(text, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    private string? TryRender(IReadOnlyList<PromptMessage> messages, CallForm form)
    {
        using var tool = JsonDocument.Parse(Tool);
        try
        {
            var prompt = _format.Render(
                new PromptInput
                {
                    Messages = messages,
                    Variables = new Dictionary<string, object?>(),
                    Tools = [tool.RootElement],
                    CallForm = form,
                }
            );
            return string.Concat(prompt.Select(static span => span.Text));
        }
        catch (ChatTemplateException)
        {
            return null;
        }
    }
}
