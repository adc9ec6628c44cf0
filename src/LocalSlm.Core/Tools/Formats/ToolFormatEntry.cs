namespace LocalSlm.Tools;

/// <summary>A known format, and how its templates are told.</summary>
/// <param name="Format">The format.</param>
/// <param name="Matches">Tells by a template's source whether the model writes this format.</param>
internal sealed record ToolFormatEntry(ToolFormat Format, Func<string, bool> Matches);
