namespace LocalSlm.Tools;

/// <summary>How a block of JSON calls ends, and how sure its marker is.</summary>
internal sealed record JsonCallStyle
{
    /// <summary>Gets what ends the block, such as <c>&lt;/tool_call&gt;</c>; <see langword="null"/> if it ends with its JSON.</summary>
    public string? End { get; init; }

    /// <summary>Gets a value indicating whether the marker alone makes it a call. Otherwise it is one only if it names a tool of the
    /// request.</summary>
    public bool IsCertain { get; init; } = true;

    /// <summary>Gets what becomes of a body that is not JSON; <see langword="null"/>, or what gives <see langword="null"/>: a call with
    /// its problem.</summary>
    public Func<string, BlockContext, ParsedToolCall?>? ReadOther { get; init; }
}
