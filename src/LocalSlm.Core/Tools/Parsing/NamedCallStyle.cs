namespace LocalSlm.Tools;

/// <summary>How a family writes a call whose name stands before its arguments, which are a JSON object.</summary>
internal sealed record NamedCallStyle
{
    /// <summary>Gets what ends the header with the name, such as <c>[ARGS]</c>.</summary>
    public required string HeaderEnd { get; init; }

    /// <summary>Gets what reads the header; <see langword="null"/> from it: it is none. By default it is the name itself.</summary>
    public Func<string, CallHeader?> ReadHeader { get; init; } = static text => new CallHeader(text);

    /// <summary>Gets what ends the call; <see langword="null"/> if it ends with its arguments.</summary>
    public string? End { get; init; }

    /// <summary>Gets a value indicating whether the marker alone makes it a call. Otherwise it is one only if it names a tool of the
    /// request.</summary>
    public bool IsCertain { get; init; } = true;

    /// <summary>Gets a value indicating whether it is a call only if a JSON object stands behind the header.</summary>
    public bool NeedsObject { get; init; }

    /// <summary>Gets the argument that stands for what is no JSON object, such as code; <see langword="null"/> if there is no such
    /// argument.</summary>
    public string? PlainArgument { get; init; }
}
