using System.Text;
using System.Text.Json;

namespace LocalSlm.Tools;

/// <summary>Writes a list of calls as Python does.</summary>
/// <param name="text">Receives it.</param>
internal sealed class PythonicCallWriter(StringBuilder text) : LiteralWriter(text)
{
    /// <inheritdoc/>
    protected override string Comma => ", ";

    /// <inheritdoc/>
    protected override string Colon => ": ";

    /// <summary>Writes the list.</summary>
    public void Write(IReadOnlyList<ParsedToolCall> calls)
    {
        Output.Append('[');
        List(calls, Call);
        Output.Append(']');
    }

    /// <inheritdoc/>
    protected override string Text(string value) => PlainJson.Quote(value);

    /// <inheritdoc/>
    protected override string Key(string name) => PlainJson.Quote(name);

    /// <inheritdoc/>
    protected override string Word(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.True => "True",
            JsonValueKind.False => "False",
            _ => "None",
        };

    private void Call(ParsedToolCall call)
    {
        Output.Append(call.Name).Append('(');
        List(JsonValues.Members(call.Arguments), Argument);
        Output.Append(')');
    }

    private void Argument(JsonProperty argument)
    {
        Output.Append(argument.Name).Append('=');
        Value(argument.Value);
    }
}
