namespace LocalSlm.Tools;

/// <summary>How a family writes a call whose arguments stand apart between tags.</summary>
internal sealed record TaggedDialect
{
    /// <summary>Gets what begins a block of calls.</summary>
    public required string BlockOpen { get; init; }

    /// <summary>Gets what ends a block of calls.</summary>
    public required string BlockClose { get; init; }

    /// <summary>Gets what stands before a tool's name, such as <c>&lt;function=</c>; empty if the name comes right behind
    /// <see cref="BlockOpen"/>.</summary>
    public string FunctionOpen { get; init; } = "";

    /// <summary>Gets what stands behind a tool's name; empty if a line or a tag ends it.</summary>
    public string FunctionOpenEnd { get; init; } = "";

    /// <summary>Gets what ends one call; empty if <see cref="BlockClose"/> does.</summary>
    public string FunctionClose { get; init; } = "";

    /// <summary>Gets what stands before an argument's name.</summary>
    public required string ParameterOpen { get; init; }

    /// <summary>Gets what stands behind an argument's name.</summary>
    public required string ParameterOpenEnd { get; init; }

    /// <summary>Gets what stands between that and the value, behind white space; empty if nothing does.</summary>
    public string ValueOpen { get; init; } = "";

    /// <summary>Gets what ends a value.</summary>
    public required string ValueClose { get; init; }

    /// <summary>Gets the white space that the format writes around each value, which is no part of it: a line's end, or
    /// nothing.</summary>
    public string ValueSpace { get; init; } = "";

    /// <summary>Gets the white space between tags where the family writes any: a line's end, or nothing.</summary>
    public string TagSpace { get; init; } = "\n";

    /// <summary>Gets a value indicating whether the name of an argument is followed by an attribute that tells strings from JSON
    /// (<c>string="true"</c>).</summary>
    public bool TellsStrings { get; init; }

    /// <summary>Gets the parts of these texts that may be control tokens.</summary>
    public IReadOnlyList<string> Markers { get; init; } = [];

    /// <summary>Gets a value indicating whether a block holds several calls; otherwise each has its own.</summary>
    public bool HasSeveralFunctions { get; init; }

    /// <summary>Gets what ends one call.</summary>
    public string CallClose => FunctionClose.Length > 0 ? FunctionClose : BlockClose;

    /// <summary>Gets what stands between the block's mark and the first call's.</summary>
    public string BlockSpace => FunctionOpen.Length == 0 ? "" : TagSpace;

    /// <summary>Gets what stands between the last argument of a call and the next call, or the block's end.</summary>
    public string BehindArguments => FunctionClose.Length == 0 ? "" : FunctionClose + TagSpace;

    /// <summary>Gets what stands behind an argument's value.</summary>
    public string BehindValue => ValueSpace + ValueClose + TagSpace;

    /// <summary>Gets what stands before an argument's value.</summary>
    /// <param name="name">The argument's name.</param>
    /// <param name="isString">Whether the value is a string, for formats that tell.</param>
    public string BeforeValue(string name, bool isString)
    {
        var attribute = TellsStrings ? $"\" string=\"{(isString ? "true" : "false")}\"" : "";
        var open = ValueOpen.Length == 0 ? "" : TagSpace + ValueOpen;
        return ParameterOpen + name + attribute + ParameterOpenEnd + open + ValueSpace;
    }
}
