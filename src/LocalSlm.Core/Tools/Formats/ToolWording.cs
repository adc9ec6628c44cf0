using System.Text;
using System.Text.Json;

namespace LocalSlm.Tools;

/// <summary>Words for tools, calls and results, for chat templates that have no place for them: tools are told in the system message,
/// calls stand in the assistant's text, results come as a user message. Immutable.</summary>
/// <param name="writeCalls">Writes calls as the model would.</param>
internal sealed class ToolWording(Func<IReadOnlyList<ParsedToolCall>, string> writeCalls)
{
    private static readonly ParsedToolCall Example = new(null, "tool_name", "{\"key\": \"value\"}");

    /// <summary>Tells a model which tools there are and how to call one: text for the system message.</summary>
    /// <param name="tools">The tools; at least one.</param>
    public string Describe(IReadOnlyList<ToolDescription> tools)
    {
        var text = new StringBuilder();
        text.Append("You can call these tools. Each line describes one as JSON:\n<tools>\n");
        foreach (var tool in tools)
        {
            text.Append(Describe(tool)).Append('\n');
        }

        text.Append("</tools>\n\nTo call a tool, write exactly this, with its name and its arguments:\n");
        text.Append(writeCalls([Example]));
        text.Append(
            "\n\nThen stop: the result comes in the next message. If no tool is needed, answer in plain words."
        );
        return text.ToString();
    }

    /// <summary>Writes calls as the model would: text for an assistant's message in the history.</summary>
    /// <param name="calls">The calls; at least one.</param>
    public string WriteCalls(IReadOnlyList<ParsedToolCall> calls) => writeCalls(calls);

    /// <summary>Tells the result of a call: text for a user's message.</summary>
    /// <param name="name">The tool's name.</param>
    /// <param name="result">The result, as text or as JSON.</param>
    public static string WriteResult(string name, string result) =>
        $"<tool_response>\n{{\"name\": \"{JsonEncodedText.Encode(name)}\", \"content\": {Quote(result)}}}\n</tool_response>";

    private static string Describe(ToolDescription tool) =>
        PlainJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("name", tool.Name);
            if (tool.Description.Length > 0)
            {
                writer.WriteString("description", tool.Description);
            }

            writer.WritePropertyName("parameters");
            tool.Parameters.WriteTo(writer);
            writer.WriteEndObject();
        });

    /// <summary>Gives JSON as it is, and anything else as a JSON string.</summary>
    private static string Quote(string result)
    {
        try
        {
            using var json = JsonDocument.Parse(result);
            return json.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array
                ? result.Trim()
                : PlainJson.Quote(result);
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            return PlainJson.Quote(result);
        }
    }
}
