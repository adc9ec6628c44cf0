using System.Text;

namespace LocalSlm.Tools;

/// <summary>Reads one call such as <c>get_weather(city="Paris", days=3)</c>.</summary>
internal static class PythonicCall
{
    /// <summary>Reads a call.</summary>
    /// <param name="text">The call, from its name to the closing bracket, or as far as it came.</param>
    /// <param name="context">Where to find the tool, for the names of arguments that have none.</param>
    public static ParsedToolCall Read(ReadOnlySpan<char> text, BlockContext context)
    {
        text = text.Trim();
        var open = text.IndexOf('(');
        if (open < 0)
        {
            return new(null, text.ToString(), "", "the reply ended within the call");
        }

        var name = text[..open].TrimEnd().ToString();
        var json = new StringBuilder("{");
        var reader = new PythonicReader(text[(open + 1)..], json);
        var isRead = TryReadArguments(ref reader, json, context.FindTool(name));
        if (isRead && !reader.IsAtEnd)
        {
            isRead = reader.Fail("something stands behind the call's end");
        }

        return isRead ? new(null, name, json.ToString())
            : reader.IsCutOff ? new(null, name, json.ToString(), "The reply ended within the call.")
            : new(
                null,
                name,
                text[(open + 1)..].TrimEnd(')').ToString(),
                $"The arguments cannot be read: {reader.Problem}."
            );
    }

    private static bool TryReadArguments(ref PythonicReader reader, StringBuilder json, ToolDescription? tool)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var count = 0; ; count++)
        {
            if (reader.TrySkip(')'))
            {
                _ = json.Append('}');
                return true;
            }

            if (count > 0)
            {
                if (!reader.TrySkip(','))
                {
                    return reader.IsAtEnd ? reader.CutOff() : reader.Fail("',' or ')' should stand behind an argument");
                }

                if (reader.TrySkip(')'))
                {
                    _ = json.Append('}');
                    return true;
                }
            }

            if (reader.IsAtEnd)
            {
                return reader.CutOff();
            }

            if (!TryReadArgument(ref reader, json, tool, names, count))
            {
                return false;
            }
        }
    }

    private static bool TryReadArgument(
        ref PythonicReader reader,
        StringBuilder json,
        ToolDescription? tool,
        HashSet<string> names,
        int count
    )
    {
        if (!reader.TryReadKeyword(out var name))
        {
            // Python gives an argument without a name to the parameter in its place.
            if (tool is null || ToolSchema.NameAt(tool, count) is not { } placed)
            {
                return reader.Fail("an argument has no name");
            }

            name = placed;
        }

        if (!names.Add(name))
        {
            return reader.Fail($"the argument '{name}' stands there twice");
        }

        if (count > 0)
        {
            _ = json.Append(", ");
        }

        JsonValues.AppendString(json, name);
        _ = json.Append(": ");
        return reader.TryReadValue(depth: 1);
    }
}
