using System.Text;

namespace LocalSlm.Tools;

/// <summary>Reads one call such as <c>call:get_weather{city:&lt;escape&gt;Paris&lt;escape&gt;,days:3}</c>.</summary>
internal sealed class QuotedCallReader(QuotedDialect dialect) : IBlockReader
{
    private readonly StringBuilder _text = new();

    /// <inheritdoc/>
    public BlockState Read(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, out int taken)
    {
        var isClosed = TagSearch.TryFind(text, dialect.Close, isFinal, out taken);

        // A model may forget the end of a call before the next one.
        var isNext = TagSearch.TryFind(text[..taken], dialect.Open, isFinal || isClosed, out var next);
        taken = Math.Min(taken, next);
        _ = _text.Append(text[..taken]);
        if (!isClosed && !isNext)
        {
            return BlockState.Open;
        }

        taken += isNext ? 0 : dialect.Close.Length;
        output.Write(ReadCall(_text.ToString().Trim()));
        return BlockState.Closed;
    }

    // The stop token of FunctionGemma may come before the end of the call is written: what is complete counts.
    /// <inheritdoc/>
    public BlockState End(ReplyWriter output)
    {
        output.Write(ReadCall(_text.ToString().Trim()));
        return BlockState.Closed;
    }

    private ParsedToolCall ReadCall(string text)
    {
        var open = text.IndexOf('{', StringComparison.Ordinal);
        if (!text.StartsWith(QuotedDialect.Call, StringComparison.Ordinal) || open < 0)
        {
            return new ParsedToolCall(null, "", text, "The call is not written as call:name{arguments}.");
        }

        var name = text[QuotedDialect.Call.Length..open].Trim();
        var json = new StringBuilder();
        var reader = new QuotedReader(text.AsSpan(open), dialect.Quote, json);
        return reader.TryReadValue(depth: 0) && reader.IsAtEnd ? new ParsedToolCall(null, name, json.ToString())
            : reader.IsCutOff ? new ParsedToolCall(null, name, json.ToString(), "The reply ended within the call.")
            : new ParsedToolCall(null, name, text[open..], "The arguments cannot be read.");
    }
}
