using System.Buffers;
using System.Text;
using System.Text.Json;

namespace LocalSlm.Tools;

/// <summary>Writes calls such as <c>call:get_weather{city:&lt;escape&gt;Paris&lt;escape&gt;,days:3}</c>.</summary>
/// <param name="dialect">The tokens.</param>
/// <param name="text">Receives them.</param>
internal sealed class QuotedCallWriter(QuotedDialect dialect, StringBuilder text) : LiteralWriter(text)
{
    private static readonly SearchValues<char> NotInKeys = SearchValues.Create(" \t\r\n:,<\"{}[]");

    /// <inheritdoc/>
    protected override string Comma => ",";

    /// <inheritdoc/>
    protected override string Colon => ":";

    /// <summary>Writes a call with its marks.</summary>
    public void Write(ParsedToolCall call)
    {
        Output.Append(dialect.Open).Append(QuotedDialect.Call).Append(call.Name).Append('{');
        List(JsonValues.Members(call.Arguments), Member);
        Output.Append('}').Append(dialect.Close);
    }

    /// <inheritdoc/>
    /// <remarks>A text that holds the family's own marks is written as JSON, which escapes them.</remarks>
    protected override string Text(string value) =>
        value.Contains(dialect.Quote, StringComparison.Ordinal)
        || value.Contains(dialect.Close, StringComparison.Ordinal)
            ? $"\"{JsonEncodedText.Encode(value)}\""
            : dialect.Quote + value + dialect.Quote;

    /// <inheritdoc/>
    protected override string Key(string name) =>
        name.Length == 0 || name.AsSpan().ContainsAny(NotInKeys) ? Text(name) : name;

    /// <inheritdoc/>
    protected override string Word(JsonElement value) => value.GetRawText();
}
