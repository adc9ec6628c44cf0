using LocalSlm.Scheduling;
using LocalSlm.Tools;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Chat;

/// <summary>What a chat client needs of a loaded model.</summary>
internal sealed class ChatModelServices
{
    private LoadedModelInfo _info = null!;

    /// <summary>Gets or sets what the model is. Its name is the model id of every reply. It changes when a device fails and another takes
    /// over; its name never does.</summary>
    public required LoadedModelInfo Info
    {
        get => Volatile.Read(ref _info);
        set => Volatile.Write(ref _info, value);
    }

    /// <summary>Gets the engine.</summary>
    public required ITextGenerator Generator { get; init; }

    /// <summary>Gets the tokenizer.</summary>
    public required ITokenizer Tokenizer { get; init; }

    /// <summary>Gets what turns prompts into tokens.</summary>
    public required IPromptTokenizer PromptTokenizer { get; init; }

    /// <summary>Gets the model's chat template, or <see langword="null"/> where there is none.</summary>
    public required IPromptFormat? PromptFormat { get; init; }

    /// <summary>Gets what parses a template that a request brings.</summary>
    public required Func<string, IPromptFormat> ParsePromptFormat { get; init; }

    /// <summary>Gets the family of tool calls and reasoning that was named when the model was loaded; <see langword="null"/> to tell it by
    /// the template.</summary>
    public ToolFormat? ToolFormat { get; init; }

    /// <summary>Gets the template variables given when the model was loaded.</summary>
    public IReadOnlyDictionary<string, object?> TemplateVariables { get; init; } = new Dictionary<string, object?>();

    /// <summary>Gets the clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Gets the log.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
