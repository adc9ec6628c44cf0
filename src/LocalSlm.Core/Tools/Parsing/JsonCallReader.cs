using System.Text;

namespace LocalSlm.Tools;

/// <summary>Reads a block of JSON calls: one object, several one behind the other, or an array of them. Each call comes out once its
/// object is closed.</summary>
internal sealed class JsonCallReader : IBlockReader
{
    private const string Fence = "```";

    private readonly JsonCallStyle _style;
    private readonly BlockContext _context;
    private readonly StringBuilder _text = new();
    private State _state = State.Start;
    private JsonObjectScanner? _object;
    private bool _certain;
    private bool _inArray;
    private bool _fenced;

    public JsonCallReader(JsonCallStyle style, BlockContext context)
    {
        (_style, _context) = (style, context);

        // A model that thinks about tags writes them too: within reasoning, only a tag with JSON behind it begins a call.
        _certain = style.IsCertain && !context.InReasoning;
    }

    private enum State
    {
        Start,
        Object,
        Between,
        After,
        Other,
    }

    /// <inheritdoc/>
    public BlockState Read(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, out int taken)
    {
        taken = 0;
        while (taken < text.Length)
        {
            var result = Step(text[taken..], isFinal, output, out int read);
            taken += read;
            if (result is { } state)
            {
                return state;
            }
        }

        return BlockState.Open;
    }

    /// <inheritdoc/>
    public BlockState End(ReplyWriter output)
    {
        if (!_certain)
        {
            return _state is State.Between or State.After ? BlockState.Closed : BlockState.Declined;
        }

        switch (_state)
        {
            case State.Start or State.Object:
                output.Write(ToolCallJson.ReadCutOff(_text.ToString()));
                break;
            case State.Other:
                WriteOther(output);
                break;
            default:
                break;
        }

        return BlockState.Closed;
    }

    private BlockState? Step(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, out int taken) =>
        _state switch
        {
            State.Object => ReadObject(text, isFinal, output, out taken),
            State.Other => ReadOther(text, isFinal, output, out taken),
            State.After => ReadAfter(text, isFinal, out taken),
            _ => ReadStart(text, isFinal, out taken),
        };

    /// <summary>Reads up to the next object.</summary>
    private BlockState? ReadStart(ReadOnlySpan<char> text, bool isFinal, out int taken)
    {
        taken = 1;
        switch (text[0])
        {
            case var c when char.IsWhiteSpace(c):
                return null;
            case ',' when _inArray:
                return null;
            case '{':
                taken = 0;
                _certain |= _style.IsCertain;
                _state = State.Object;
                _text.Clear();
                _object = new JsonObjectScanner { OnMember = NoticeMember };
                return null;
            case '[' when !_inArray:
                _inArray = true;
                return null;
            case ']' when _inArray:
                _state = State.After;
                return null;
            case '`' when TagSearch.MayStart(text, Fence, isFinal):
                return ReadFence(text, isFinal, out taken);
            default:
                taken = 0;
                if (_state == State.Between)
                {
                    _state = State.After;
                    return null;
                }

                _state = State.Other;
                return _certain ? null : BlockState.Declined;
        }
    }

    /// <summary>Leaves out a fence and its language.</summary>
    private BlockState? ReadFence(ReadOnlySpan<char> text, bool isFinal, out int taken)
    {
        const string WithLanguage = "```json";
        bool known = text.Length >= WithLanguage.Length || isFinal || !TagSearch.MayStart(text, WithLanguage, isFinal);
        taken =
            !known ? 0
            : text.StartsWith(WithLanguage, StringComparison.Ordinal) ? WithLanguage.Length
            : Fence.Length;
        _fenced |= known;
        return known ? null : BlockState.Open;
    }

    private BlockState? ReadObject(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, out int taken)
    {
        taken = _object!.Read(text);
        _text.Append(text[..taken]);
        if (_object.IsRefused)
        {
            return BlockState.Declined;
        }

        if (_object.IsComplete)
        {
            return CloseObject(output);
        }

        if (!_object.IsBroken)
        {
            return null;
        }

        var rest = text[taken..];
        if (_style.End is { } end && !rest.StartsWith(end, StringComparison.Ordinal))
        {
            if (TagSearch.MayStart(rest, end, isFinal))
            {
                // The scan goes on from here once it is known what this is.
                _object.Resume();
                return BlockState.Open;
            }

            _state = State.Other;
            return _certain ? null : BlockState.Declined;
        }

        return CloseObject(output);
    }

    private BlockState? CloseObject(ReplyWriter output)
    {
        var calls = ToolCallJson.Read(_text.ToString());
        if (!_certain && !calls.All(c => c.Problem is null && _context.FindTool(c.Name) is not null))
        {
            return BlockState.Declined;
        }

        _certain = true;
        foreach (var call in calls)
        {
            output.Write(call);
        }

        _text.Clear();
        _state = _inArray ? State.Between : State.After;
        return null;
    }

    /// <summary>Reads up to the block's end. A closing bracket too many is left out, as is a missing end.</summary>
    private BlockState? ReadAfter(ReadOnlySpan<char> text, bool isFinal, out int taken)
    {
        char c = text[0];
        taken = 1;
        if (char.IsWhiteSpace(c))
        {
            return null;
        }

        if (c == '`' ? _fenced : _style.End is not null && c is '}' or ']')
        {
            return null;
        }

        if (_style.End is not { } end)
        {
            taken = c == ';' ? 1 : 0;
            return BlockState.Closed;
        }

        taken = 0;
        if (text.StartsWith(end, StringComparison.Ordinal))
        {
            taken = end.Length;
            return BlockState.Closed;
        }

        if (c is '{' or ',')
        {
            taken = c == ',' ? 1 : 0;
            _state = State.Between;
            return null;
        }

        return TagSearch.MayStart(text, end, isFinal) ? BlockState.Open : BlockState.Closed;
    }

    private BlockState? ReadOther(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, out int taken)
    {
        if (_style.End is not { } end)
        {
            _text.Append(text);
            taken = text.Length;
            return null;
        }

        bool found = TagSearch.TryFind(text, end, isFinal, out taken);
        _text.Append(text[..taken]);
        if (!found)
        {
            return taken == text.Length ? null : BlockState.Open;
        }

        taken += end.Length;
        WriteOther(output);
        return BlockState.Closed;
    }

    private void WriteOther(ReplyWriter output)
    {
        string text = _text.ToString().Trim();
        if (text.Length == 0)
        {
            // Marks with nothing between them call nothing.
            return;
        }

        output.Write(
            _style.ReadOther?.Invoke(text, _context) ?? ToolCallJson.Unread(text, "The call is not a JSON object.")
        );
    }

    /// <summary>Where the marker alone does not make a call, the object must look like one and name a tool.</summary>
    private bool NoticeMember(string key, string? value)
    {
        if (_certain)
        {
            return true;
        }

        if (value is not null && ToolCallJson.IsNameKey(key))
        {
            _certain = _context.FindTool(value) is not null;
            return _certain;
        }

        return ToolCallJson.IsCallKey(key);
    }
}
