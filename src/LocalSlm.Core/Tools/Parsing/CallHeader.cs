namespace LocalSlm.Tools;

/// <summary>What stands before a call's arguments.</summary>
/// <param name="Name">The tool's name.</param>
/// <param name="Id">The call's id; <see langword="null"/> if the format has none.</param>
internal readonly record struct CallHeader(string Name, string? Id = null);
