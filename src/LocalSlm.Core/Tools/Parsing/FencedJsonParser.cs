using System.Buffers;
using System.Text;

namespace LocalSlm.Tools;

/// <summary>Leaves out the code fence that models like to put around JSON, where a reply is to be JSON and nothing else. Text that does
/// not begin with a fence passes as it is.</summary>
internal sealed class FencedJsonParser(IReplyParser inner) : IReplyParser
{
    private const string Fence = "```";
    private const string Language = "json";

    // What a closing fence is made of, white space around it included.
    private static readonly SearchValues<char> Held = SearchValues.Create("` \t\r\n");

    private readonly List<ReplyPart> _read = [];
    private readonly StringBuilder _head = new();
    private readonly StringBuilder _tail = new();
    private bool _decided;
    private bool _fenced;

    /// <inheritdoc/>
    public void Append(string text, List<ReplyPart> parts)
    {
        inner.Append(text, _read);
        Pass(parts);
    }

    /// <inheritdoc/>
    public void Complete(List<ReplyPart> parts)
    {
        inner.Complete(_read);
        Pass(parts);
        if (!_decided)
        {
            Decide(isFinal: true, parts);
        }

        string tail = _tail.ToString();
        string rest = tail.AsSpan().Trim() is Fence ? "" : tail;
        if (rest.Length > 0)
        {
            parts.Add(new ReplyPart(ReplyPartKind.Text, rest));
        }
    }

    private void Pass(List<ReplyPart> parts)
    {
        foreach (var part in _read)
        {
            if (part.Kind != ReplyPartKind.Text)
            {
                parts.Add(part);
            }
            else if (_decided)
            {
                Write(part.Text, parts);
            }
            else
            {
                _head.Append(part.Text);
                Decide(isFinal: false, parts);
            }
        }

        _read.Clear();
    }

    /// <summary>Decides by the first characters whether the text stands in a fence.</summary>
    private void Decide(bool isFinal, List<ReplyPart> parts)
    {
        string head = _head.ToString();
        var start = head.AsSpan().TrimStart();
        if (!isFinal && (start.Length < Fence.Length ? Fence.AsSpan().StartsWith(start) : start.StartsWith(Fence)))
        {
            int newline = start.IndexOf('\n');
            if (newline < 0 && start.Length <= Fence.Length + Language.Length)
            {
                return;
            }
        }

        _decided = true;
        if (start.StartsWith(Fence))
        {
            var behind = start[Fence.Length..];
            behind = behind.StartsWith(Language, StringComparison.OrdinalIgnoreCase)
                ? behind[Language.Length..]
                : behind;
            _fenced = behind.IsEmpty || char.IsWhiteSpace(behind[0]) || behind[0] is '{' or '[' or '"';
            head = _fenced ? behind.TrimStart().ToString() : head;
        }

        Write(head, parts);
    }

    /// <summary>Writes text; within a fence, what may be its end is held back.</summary>
    private void Write(string text, List<ReplyPart> parts)
    {
        if (!_fenced)
        {
            if (text.Length > 0)
            {
                parts.Add(new ReplyPart(ReplyPartKind.Text, text));
            }

            return;
        }

        int certain = text.AsSpan().LastIndexOfAnyExcept(Held) + 1;
        if (certain > 0)
        {
            _tail.Append(text, 0, certain);
            parts.Add(new ReplyPart(ReplyPartKind.Text, _tail.ToString()));
            _tail.Clear();
        }

        _tail.Append(text, certain, text.Length - certain);
    }
}
