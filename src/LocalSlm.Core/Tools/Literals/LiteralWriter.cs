using System.Text;
using System.Text.Json;

namespace LocalSlm.Tools;

/// <summary>Writes values of the history in a notation that is like JSON and is not.</summary>
/// <param name="text">Receives them.</param>
internal abstract class LiteralWriter(StringBuilder text)
{
    /// <summary>Gets where the values go.</summary>
    protected StringBuilder Output { get; } = text;

    /// <summary>Gets what stands between two items.</summary>
    protected abstract string Comma { get; }

    /// <summary>Gets what stands between a key and its value.</summary>
    protected abstract string Colon { get; }

    /// <summary>Gives a string as it is written.</summary>
    protected abstract string Text(string value);

    /// <summary>Gives the key of an object as it is written.</summary>
    protected abstract string Key(string name);

    /// <summary>Gives a boolean or null as it is written.</summary>
    protected abstract string Word(JsonElement value);

    /// <summary>Writes items with what stands between them.</summary>
    protected void List<T>(IEnumerable<T> items, Action<T> write)
    {
        var isFirst = true;
        foreach (var item in items)
        {
            Output.Append(isFirst ? "" : Comma);
            isFirst = false;
            write(item);
        }
    }

    /// <summary>Writes a value.</summary>
    protected void Value(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                Output.Append('{');
                List(value.EnumerateObject(), Member);
                Output.Append('}');
                break;
            case JsonValueKind.Array:
                Output.Append('[');
                List(value.EnumerateArray(), Value);
                Output.Append(']');
                break;
            case JsonValueKind.String:
                Output.Append(Text(value.GetString()!));
                break;
            case JsonValueKind.Number:
                Output.Append(value.GetRawText());
                break;
            default:
                Output.Append(Word(value));
                break;
        }
    }

    /// <summary>Writes a key and its value.</summary>
    protected void Member(JsonProperty member)
    {
        Output.Append(Key(member.Name)).Append(Colon);
        Value(member.Value);
    }
}
