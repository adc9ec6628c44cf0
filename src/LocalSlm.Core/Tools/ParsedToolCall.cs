namespace LocalSlm.Tools;

/// <summary>A tool call as the model wrote it.</summary>
/// <param name="Id">The id that the model gave; <see langword="null"/> if its format has none.</param>
/// <param name="Name">The tool's name.</param>
/// <param name="Arguments">The arguments: a JSON object; or what the model wrote, where <paramref name="Problem"/> tells why it is none.</param>
/// <param name="Problem">What is wrong with it, such as arguments that are no JSON, or a reply that ended within the call;
/// <see langword="null"/> if nothing is.</param>
internal sealed record ParsedToolCall(string? Id, string Name, string Arguments, string? Problem = null);
