namespace LocalSlm.Templating;

/// <summary>What a chat template is rendered with.</summary>
/// <remarks>
/// Values are .NET trees: <see cref="string"/> (trusted: may hold special tokens), <see cref="CallerText"/> (never may), <see cref="bool"/>,
/// whole numbers, <see cref="double"/>, <see langword="null"/>, <see cref="IReadOnlyList{T}"/> and
/// <see cref="IReadOnlyDictionary{TKey, TValue}"/> of the same, <see cref="System.Text.Json.JsonElement"/> (all its strings are caller text).
/// The keys of a given dictionary, and the punctuation of a given container that is printed as a whole, count as caller text too.
/// </remarks>
internal sealed class ChatTemplateInput
{
    /// <summary>Gets the variables: messages, tools, documents, add_generation_prompt, bos_token, and so on.</summary>
    public required IReadOnlyDictionary<string, object?> Variables { get; init; }

    /// <summary>Gets the clock that <c>strftime_now</c> reads, in its local time zone.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Gets the bounds of the render.</summary>
    public TemplateLimits Limits { get; init; } = TemplateLimits.Default;

    /// <summary>Gets a value indicating whether the prompt ends with the last character that came from the final message's content, so
    /// that the model goes on writing that message.</summary>
    public bool ContinueFinalMessage { get; init; }
}
