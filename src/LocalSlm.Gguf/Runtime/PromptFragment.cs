namespace LocalSlm.Gguf.Runtime;

/// <summary>A piece of a prompt: a special token, or text between two of them.</summary>
/// <param name="Token">The special token's id; -1 for text.</param>
/// <param name="Start">First byte of the text.</param>
/// <param name="Length">Bytes of the text.</param>
internal readonly record struct PromptFragment(int Token, int Start, int Length)
{
    public bool IsText => Token < 0;
}
