using System.Text.Json;

namespace LocalSlm.Chat;

/// <summary>A tool call of an earlier reply, as chat templates know it. Every text in it came from the caller.</summary>
/// <param name="Id">The id that its result names.</param>
/// <param name="Name">The tool's name.</param>
/// <param name="Arguments">The arguments, an object.</param>
internal sealed record PromptToolCall(string Id, string Name, JsonElement Arguments);
