using System.Text.Json;

namespace LocalSlm.Chat;

/// <summary>What a conversation is rendered from.</summary>
internal sealed record PromptInput
{
    /// <summary>Gets the messages, in order.</summary>
    public required IReadOnlyList<PromptMessage> Messages { get; init; }

    /// <summary>Gets further variables of the template.</summary>
    public required IReadOnlyDictionary<string, object?> Variables { get; init; }

    /// <summary>Gets the tools, each as an object with <c>type</c> and <c>function</c>; empty if there are none.</summary>
    public IReadOnlyList<JsonElement> Tools { get; init; } = [];

    /// <summary>Gets how messages with tool calls are given.</summary>
    public CallForm CallForm { get; init; }

    /// <summary>Gets a value indicating whether the last message, an assistant's, is left open to be continued. Otherwise the
    /// start of a new reply is rendered.</summary>
    public bool ContinueFinalMessage { get; init; }
}
