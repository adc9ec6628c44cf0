using System.Text.Json;
using LocalSlm.Tools;

namespace LocalSlm.Chat;

/// <summary>The tools of a request, checked. Immutable.</summary>
internal sealed record RequestTools
{
    /// <summary>Gets the request without tools.</summary>
    public static RequestTools None { get; } = new();

    /// <summary>Gets the tools that the model may call; empty if there are none.</summary>
    public IReadOnlyList<ToolDescription> Descriptions { get; init; } = [];

    /// <summary>Gets the same as templates take them: objects with <c>type</c> and <c>function</c>.</summary>
    public IReadOnlyList<JsonElement> Functions { get; init; } = [];

    /// <summary>Gets a value indicating whether the reply must be calls.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Gets the one tool that must be called; <see langword="null"/> for any.</summary>
    public string? RequiredName { get; init; }

    /// <summary>Gets a value indicating whether several calls may stand in one reply.</summary>
    public bool AllowsSeveralCalls { get; init; } = true;

    /// <summary>Gets the tools that must neither be shown nor called.</summary>
    public IReadOnlyList<ToolDescription> Forbidden { get; init; } = [];

    /// <summary>Gets a value indicating whether the model may call a tool.</summary>
    public bool Any => Descriptions.Count > 0;

    /// <summary>Gets the tools that the grammar of calls knows.</summary>
    public IReadOnlyList<ToolDescription> Callable =>
        RequiredName is { } name ? [.. Descriptions.Where(tool => tool.Name == name)] : Descriptions;
}
