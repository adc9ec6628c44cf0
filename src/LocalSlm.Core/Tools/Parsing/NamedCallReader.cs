using System.Text;

namespace LocalSlm.Tools;

/// <summary>Reads one call whose name stands before its arguments: <c>get_weather[ARGS]{"city": "Paris"}</c>.</summary>
internal sealed class NamedCallReader : IBlockReader
{
    // Longer than any header; more is not held back.
    private const int MaxHeaderLength = 256;
    private const string Fence = "```";

    private readonly NamedCallStyle _style;
    private readonly BlockContext _context;
    private readonly StringBuilder _text = new();
    private readonly JsonObjectScanner _object = new();
    private CallHeader _header;
    private State _state;

    /// <summary>Creates a reader that begins before the header.</summary>
    public NamedCallReader(NamedCallStyle style, BlockContext context) => (_style, _context) = (style, context);

    /// <summary>Creates a reader that begins behind the header.</summary>
    public NamedCallReader(NamedCallStyle style, BlockContext context, CallHeader header)
        : this(style, context) => (_header, _state) = (header, State.Start);

    private enum State
    {
        Header,
        Start,
        Object,
        Plain,
        After,
    }

    /// <inheritdoc/>
    public BlockState Read(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, out int taken)
    {
        taken = 0;
        while (taken < text.Length)
        {
            var rest = text[taken..];
            var result = _state switch
            {
                State.Header => ReadHeader(rest, ref taken),
                State.Start => ReadStart(rest, isFinal, ref taken),
                State.Object => ReadObject(rest, isFinal, output, ref taken),
                State.Plain => ReadPlain(rest, isFinal, output, ref taken),
                _ => ReadAfter(rest, isFinal, ref taken),
            };
            if (result is { } state)
            {
                if (state == BlockState.Open && isFinal)
                {
                    _ = _text.Append(text[taken..]);
                    taken = text.Length;
                }

                return state;
            }
        }

        return BlockState.Open;
    }

    /// <inheritdoc/>
    public BlockState End(ReplyWriter output)
    {
        switch (_state)
        {
            case State.Header when !_style.IsCertain || _style.NeedsObject || _context.InReasoning:
            case State.Start when _style.NeedsObject && _context.InReasoning:
                return BlockState.Declined;
            case State.Header:
                output.Write(ToolCallJson.ReadCutOff(_text.ToString()));
                break;
            case State.Plain:
                WritePlain(output);
                break;
            case State.Start or State.Object:
                output.Write(ToolCallJson.CutOffArguments(_header.Id, _header.Name, _text.ToString()));
                break;
        }

        return BlockState.Closed;
    }

    private BlockState? ReadHeader(ReadOnlySpan<char> text, ref int taken)
    {
        var length = text.IndexOf(_style.HeaderEnd, StringComparison.Ordinal);
        var brace = (length < 0 ? text : text[..length]).IndexOf('{');
        if (brace > 0 && _context.FindTool(text[..brace].Trim()) is { } tool)
        {
            // What ends the header may be missing where the arguments follow a name that is known.
            _header = new CallHeader(tool.Name);
            taken += brace;
            _state = State.Start;
            return null;
        }

        if (length < 0 && text.Length < MaxHeaderLength + _style.HeaderEnd.Length)
        {
            return BlockState.Open;
        }

        if (
            length is < 0 or > MaxHeaderLength
            || _style.ReadHeader(text[..length].Trim().ToString()) is not { Name.Length: > 0 } header
            || ((!_style.IsCertain || _context.InReasoning) && _context.FindTool(header.Name) is null)
        )
        {
            return BlockState.Declined;
        }

        _header = header;
        taken += length + _style.HeaderEnd.Length;
        _state = State.Start;
        return null;
    }

    private BlockState? ReadStart(ReadOnlySpan<char> text, bool isFinal, ref int taken)
    {
        const string WithLanguage = "```json";
        if (char.IsWhiteSpace(text[0]))
        {
            taken++;
            return null;
        }

        if (TagSearch.MayStart(text, Fence, isFinal))
        {
            if (!isFinal && TagSearch.MayStart(text, WithLanguage, isFinal) && text.Length < WithLanguage.Length)
            {
                return BlockState.Open;
            }

            taken += text.StartsWith(WithLanguage, StringComparison.Ordinal) ? WithLanguage.Length : Fence.Length;
            return null;
        }

        if (_style.NeedsObject && text[0] != '{')
        {
            return BlockState.Declined;
        }

        _state = text[0] == '{' ? State.Object : State.Plain;
        return null;
    }

    private BlockState? ReadObject(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, ref int taken)
    {
        var read = _object.Read(text);
        _ = _text.Append(text[..read]);
        taken += read;
        if (!_object.IsComplete && !_object.IsBroken)
        {
            return null;
        }

        if (_object.IsBroken && _style.End is { } end && !text[read..].StartsWith(end, StringComparison.Ordinal))
        {
            if (TagSearch.MayStart(text[read..], end, isFinal))
            {
                _object.Resume();
                return BlockState.Open;
            }

            _state = State.Plain;
            return null;
        }

        output.Write(ToolCallJson.ReadArguments(_header.Id, _header.Name, _text.ToString()));
        _state = State.After;
        return null;
    }

    private BlockState? ReadPlain(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, ref int taken)
    {
        if (_style.End is not { } end)
        {
            _ = _text.Append(text);
            taken += text.Length;
            return null;
        }

        var isFound = TagSearch.TryFind(text, end, isFinal, out var length);
        _ = _text.Append(text[..length]);
        taken += length;
        if (!isFound)
        {
            return length == text.Length ? null : BlockState.Open;
        }

        taken += end.Length;
        WritePlain(output);
        return BlockState.Closed;
    }

    private BlockState? ReadAfter(ReadOnlySpan<char> text, bool isFinal, ref int taken)
    {
        if (_style.End is not { } end)
        {
            return BlockState.Closed;
        }

        // A bracket too many, or the end of a fence.
        if (char.IsWhiteSpace(text[0]) || text[0] is '}' or '`')
        {
            taken++;
            return null;
        }

        if (text.StartsWith(end, StringComparison.Ordinal))
        {
            taken += end.Length;
            return BlockState.Closed;
        }

        return TagSearch.MayStart(text, end, isFinal) ? BlockState.Open : BlockState.Closed;
    }

    private void WritePlain(ReplyWriter output)
    {
        var text = _text.ToString().Trim();
        if (_style.PlainArgument is not { } argument || text.StartsWith('{'))
        {
            output.Write(ToolCallJson.ReadArguments(_header.Id, _header.Name, text));
            return;
        }

        var json = $"{{{PlainJson.Quote(argument)}: {PlainJson.Quote(text)}}}";
        output.Write(new ParsedToolCall(_header.Id, _header.Name, json));
    }
}
