namespace LocalSlm.Tokenization.PostProcessing;

/// <summary>A part of a template.</summary>
/// <param name="Text">Which text stands here: 0 or 1; of no meaning for special tokens.</param>
/// <param name="Tokens">The special tokens that stand here, or <see langword="null"/> for a text.</param>
/// <param name="TypeId">The type id of all its tokens.</param>
internal sealed record TemplatePart(int Text, IReadOnlyList<int>? Tokens, int TypeId);
