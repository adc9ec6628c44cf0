namespace LocalSlm.Tools;

/// <summary>Where a block begins.</summary>
/// <param name="Input">What the parser knows of the request.</param>
/// <param name="InReasoning">Whether its marker stands within reasoning.</param>
internal readonly record struct BlockContext(ReplyParserInput Input, bool InReasoning)
{
    /// <summary>Finds a tool of the request.</summary>
    public ToolDescription? FindTool(ReadOnlySpan<char> name)
    {
        foreach (var tool in Input.Tools)
        {
            if (name.SequenceEqual(tool.Name))
            {
                return tool;
            }
        }

        return null;
    }
}
