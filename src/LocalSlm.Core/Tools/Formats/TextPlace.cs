namespace LocalSlm.Tools;

/// <summary>A piece of a text.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where what follows it begins.</param>
internal readonly record struct TextPlace(int Start, int End);
