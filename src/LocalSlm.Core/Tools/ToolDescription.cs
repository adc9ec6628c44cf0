using System.Text.Json;

namespace LocalSlm.Tools;

/// <summary>A tool as models are told of it.</summary>
/// <param name="Name">The name: 1 to 64 letters, digits, <c>_</c>, <c>-</c>, <c>.</c>.</param>
/// <param name="Description">What it does; may be empty.</param>
/// <param name="Parameters">The JSON Schema of its arguments, an object.</param>
internal sealed record ToolDescription(string Name, string Description, JsonElement Parameters);
