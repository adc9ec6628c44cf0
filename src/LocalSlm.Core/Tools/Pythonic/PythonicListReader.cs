using System.Text;

namespace LocalSlm.Tools;

/// <summary>Reads a block of calls as Python writes them: <c>[get_weather(city="Paris"), ping()]</c>. Each call comes out once its
/// bracket is closed. The brackets around the list may be missing where a marker begins the block, and JSON may stand in their
/// place.</summary>
/// <param name="context">Where the block begins.</param>
/// <param name="end">What ends the block; <see langword="null"/> if the list's bracket does. Then it is a block of calls only if it
/// begins with a tool of the request.</param>
internal sealed class PythonicListReader(BlockContext context, string? end) : IBlockReader
{
    // Longer than any name of a tool; more is not held back.
    private const int MaxNameLength = 128;

    private readonly StringBuilder _text = new();
    private PythonicExtent _extent;
    private State _state = State.Start;
    private JsonCallReader? _json;
    private bool _hasCalled;

    private enum State
    {
        Start,
        Name,
        Call,
        Between,
        After,
        Other,
        Json,
    }

    private bool IsMarked => end is not null;

    /// <inheritdoc/>
    public BlockState Read(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, out int taken)
    {
        taken = 0;
        while (taken < text.Length)
        {
            if (_state == State.Json)
            {
                var state = _json!.Read(text[taken..], isFinal, output, out var read);
                taken += read;
                return state;
            }

            var result = Step(text[taken..], isFinal, output, ref taken);
            if (result is { } decided)
            {
                taken = decided == BlockState.Open && isFinal ? Rest(text, taken) : taken;
                return decided;
            }
        }

        return BlockState.Open;
    }

    /// <inheritdoc/>
    public BlockState End(ReplyWriter output)
    {
        switch (_state)
        {
            case State.Json:
                return _json!.End(output);
            case State.Call:
                EndCall(output);
                return BlockState.Closed;
            case State.Start or State.Name or State.Other when IsMarked && !_hasCalled:
                output.Write(ToolCallJson.Unread(_text.ToString().Trim(), "The reply ended within the call."));
                return BlockState.Closed;
            default:
                return _hasCalled ? BlockState.Closed : BlockState.Declined;
        }
    }

    private int Rest(ReadOnlySpan<char> text, int taken)
    {
        _ = _text.Append(text[taken..]);
        return text.Length;
    }

    private BlockState? Step(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, ref int taken) =>
        _state switch
        {
            State.Start => ReadStart(text, isFinal, ref taken),
            State.Name => ReadName(text, isFinal, ref taken),
            State.Call => ReadCall(text, output, ref taken),
            State.Other => ReadOther(text, isFinal, output, ref taken),
            _ => ReadBetween(text, isFinal, ref taken),
        };

    private BlockState? ReadStart(ReadOnlySpan<char> text, bool isFinal, ref int taken)
    {
        if (char.IsWhiteSpace(text[0]))
        {
            taken++;
            return null;
        }

        if (text[0] != '[')
        {
            if (IsMarked && text[0] == '{')
            {
                BeginJson();
                return null;
            }

            _state = State.Name;
            return IsMarked ? null : BlockState.Declined;
        }

        var behind = text[1..].TrimStart();
        if (IsMarked && behind.IsEmpty && !isFinal && text.Length < MaxNameLength)
        {
            return BlockState.Open;
        }

        if (IsMarked && behind.StartsWith("{"))
        {
            BeginJson();
            return null;
        }

        taken++;
        _state = State.Name;
        return null;
    }

    // LFM2 writes JSON where its instructions ask for it.
    private void BeginJson()
    {
        _json = new JsonCallReader(new JsonCallStyle { End = end }, context);
        _state = State.Json;
    }

    private BlockState? ReadName(ReadOnlySpan<char> text, bool isFinal, ref int taken)
    {
        var space = text.Length - text.TrimStart().Length;
        var length = PythonicSyntax.NameLength(text[space..]);
        if (space + length == text.Length && !isFinal && length <= MaxNameLength)
        {
            taken += space;
            return length == 0 ? null : BlockState.Open;
        }

        var name = text.Slice(space, length);
        if (
            length > 0
            && space + length < text.Length
            && text[space + length] == '('
            && (IsMarked || _hasCalled || context.FindTool(name) is not null)
        )
        {
            taken += space + length;
            _ = _text.Clear().Append(name);
            _extent = default;
            _state = State.Call;
            return null;
        }

        if (_hasCalled)
        {
            _state = State.After;
            return IsMarked ? null : BlockState.Closed;
        }

        _state = State.Other;
        return IsMarked ? null : BlockState.Declined;
    }

    private BlockState? ReadCall(ReadOnlySpan<char> text, ReplyWriter output, ref int taken)
    {
        for (var i = 0; i < text.Length; i++)
        {
            _extent.Push(text[i]);
            if (_extent.Depth == 0)
            {
                taken += i + 1;
                output.Write(PythonicCall.Read(_text.Append(text[..(i + 1)]).ToString(), context));
                _ = _text.Clear();
                _hasCalled = true;
                _state = State.Between;
                return null;
            }
        }

        _ = _text.Append(text);
        taken += text.Length;
        return null;
    }

    private BlockState? ReadBetween(ReadOnlySpan<char> text, bool isFinal, ref int taken)
    {
        var isAfter = _state == State.After;
        if (char.IsWhiteSpace(text[0]))
        {
            taken++;
            return null;
        }

        if (!isAfter && text[0] is ',' or ';')
        {
            taken++;
            _state = State.Name;
            return null;
        }

        if (text[0] == ']' && (!isAfter || IsMarked))
        {
            taken++;
            _state = State.After;
            return IsMarked ? null : BlockState.Closed;
        }

        if (end is not null && TagSearch.MayStart(text, end, isFinal))
        {
            var isWhole = text.StartsWith(end);
            taken += isWhole ? end.Length : 0;
            return isWhole ? BlockState.Closed : BlockState.Open;
        }

        // Some models write one call a line, without commas.
        if (!isAfter && IsMarked && PythonicSyntax.NameLength(text) > 0)
        {
            _state = State.Name;
            return null;
        }

        return BlockState.Closed;
    }

    private BlockState? ReadOther(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, ref int taken)
    {
        var isFound = TagSearch.TryFind(text, end!, isFinal, out var length);
        _ = _text.Append(text[..length]);
        taken += length;
        if (!isFound)
        {
            return length == text.Length ? null : BlockState.Open;
        }

        taken += end!.Length;
        output.Write(ToolCallJson.Unread(_text.ToString().Trim(), "The call is not written as a function call."));
        return BlockState.Closed;
    }

    // A string that was never closed runs on behind the block's end.
    private void EndCall(ReplyWriter output)
    {
        var text = _text.ToString();
        var behind = end is null ? -1 : text.IndexOf(end, StringComparison.Ordinal);
        output.Write(PythonicCall.Read(behind < 0 ? text : text[..behind], context));
        if (behind >= 0)
        {
            output.Write(text.AsSpan(behind + end!.Length));
        }
    }
}
