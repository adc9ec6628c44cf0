namespace LocalSlm.Templating;

/// <summary>A range of characters that came from the caller.</summary>
/// <param name="Start">The first character.</param>
/// <param name="End">The one after the last.</param>
/// <param name="Origin">Which of the caller's texts, or -1.</param>
internal readonly record struct Mark(int Start, int End, int Origin);
