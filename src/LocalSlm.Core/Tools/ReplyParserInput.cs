namespace LocalSlm.Tools;

/// <summary>What a parser must know of the request.</summary>
internal sealed record ReplyParserInput
{
    /// <summary>Gets the tools of the request; empty if there are none: then nothing is taken for a call.</summary>
    public IReadOnlyList<ToolDescription> Tools { get; init; } = [];

    /// <summary>Gets the end of the prompt, behind the last message: it may have opened the reasoning, or hold the beginning of the
    /// reply.</summary>
    public string PromptEnd { get; init; } = "";

    /// <summary>Gets a value indicating whether the prompt's end holds the beginning of this very message, which the reply
    /// continues. It is not given out again.</summary>
    public bool ContinuesMessage { get; init; }

    /// <summary>Gets a value indicating whether the reply is to be JSON: a code fence around it is not part of it.</summary>
    public bool ExpectsJson { get; init; }

    /// <summary>Gets a value indicating whether reasoning is told apart. Otherwise it stays in the text with its tags.</summary>
    public bool SplitsReasoning { get; init; } = true;
}
