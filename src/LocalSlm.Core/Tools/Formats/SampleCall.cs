namespace LocalSlm.Tools;

/// <summary>A call that a template is shown, to see how it writes calls. Its words occur in no template.</summary>
/// <param name="Name">The tool's name.</param>
/// <param name="Key">The key of its only argument.</param>
/// <param name="Id">The call's id: nine letters and digits, as Mistral's templates insist.</param>
internal sealed record SampleCall(string Name, string Key, string Id)
{
    private const string Value = "qvalue";

    public static SampleCall First { get; } = new("qfirst_tool", "qfirst_key", "qid000001");

    public static SampleCall Second { get; } = new("qsecond_tool", "qsecond_key", "qid000002");

    /// <summary>Gets the arguments as a template that takes JSON text takes them.</summary>
    public string ArgumentsText => $"{{\"{Key}\": \"{Value}\"}}";

    /// <summary>Describes the tool as templates take it.</summary>
    public Dictionary<string, object?> DescribeTool() =>
        new()
        {
            ["type"] = "function",
            ["function"] = new Dictionary<string, object?>
            {
                ["name"] = Name,
                ["description"] = "A tool.",
                ["parameters"] = new Dictionary<string, object?>
                {
                    ["type"] = "object",
                    ["properties"] = new Dictionary<string, object?>
                    {
                        [Key] = new Dictionary<string, object?> { ["type"] = "string", ["description"] = "A text." },
                    },
                    ["required"] = new List<object?> { Key },
                },
            },
        };

    /// <summary>Describes the call as templates take it.</summary>
    public Dictionary<string, object?> DescribeCall(bool argumentsAsText) =>
        new()
        {
            ["id"] = Id,
            ["type"] = "function",
            ["function"] = new Dictionary<string, object?>
            {
                ["name"] = Name,
                ["arguments"] = argumentsAsText ? ArgumentsText : new Dictionary<string, object?> { [Key] = Value },
            },
        };
}
