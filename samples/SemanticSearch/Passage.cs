namespace LocalSlm.Samples.SemanticSearch;

/// <summary>A part of a text that can be found.</summary>
/// <param name="File">The file that it stands in, relative to the folder.</param>
/// <param name="Text">The part: a paragraph.</param>
internal sealed record Passage(string File, string Text);
