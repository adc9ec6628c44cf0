namespace LocalSlm;

/// <summary>A piece of a rendered prompt.</summary>
/// <param name="Text">The text.</param>
/// <param name="IsControl">Whether special tokens may match in it: <see langword="true"/> for what the chat template wrote,
/// <see langword="false"/> for what came from a caller, which can never become a control token.</param>
public readonly record struct PromptSpan(string Text, bool IsControl);
