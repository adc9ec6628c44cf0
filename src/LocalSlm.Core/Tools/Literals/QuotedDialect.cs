namespace LocalSlm.Tools;

/// <summary>The tokens of a family that writes calls as <c>call:name{key:value}</c>.</summary>
/// <param name="Open">What begins a call.</param>
/// <param name="Close">What ends a call.</param>
/// <param name="Quote">What stands around strings.</param>
internal sealed record QuotedDialect(string Open, string Close, string Quote)
{
    /// <summary>What stands before the tool's name.</summary>
    public const string Call = "call:";
}
