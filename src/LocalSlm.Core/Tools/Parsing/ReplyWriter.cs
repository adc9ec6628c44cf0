using System.Text;

namespace LocalSlm.Tools;

/// <summary>Gives out the parts of a reply. White space beside a tag or a call is not text, so it is held back until it is known what
/// follows. State of one reply.</summary>
internal sealed class ReplyWriter
{
    private readonly StringBuilder _space = new();
    private List<ReplyPart> _parts = [];
    private ReplyPartKind _kind = ReplyPartKind.Text;
    private bool _skipsSpace;

    /// <summary>Gets a value indicating whether nothing but white space was written since the start, or since the last
    /// <see cref="Break"/>.</summary>
    public bool AtStart { get; private set; } = true;

    /// <summary>Gets a value indicating whether what is written now counts as reasoning.</summary>
    public bool InReasoning { get; private set; }

    /// <summary>Gets a value indicating whether reasoning is told apart from text.</summary>
    public bool SplitsReasoning { get; init; } = true;

    /// <summary>Sets where parts go.</summary>
    public void Into(List<ReplyPart> parts) => _parts = parts;

    /// <summary>Goes on within text that stands in the prompt.</summary>
    public void Continue() => AtStart = _skipsSpace = false;

    /// <summary>Begins reasoning or text: a tag stood here.</summary>
    /// <param name="reasoning">Whether what follows is reasoning.</param>
    /// <param name="tag">The tag, which stays in the text where reasoning is not told apart.</param>
    public void Switch(bool reasoning, ReadOnlySpan<char> tag = default)
    {
        if (SplitsReasoning)
        {
            Break();
        }
        else
        {
            Write(tag);
            AtStart = true;
        }

        InReasoning = reasoning;
        _kind = reasoning && SplitsReasoning ? ReplyPartKind.Reasoning : ReplyPartKind.Text;
    }

    /// <summary>Marks a place where a tag or a call stood: white space on both sides is left out.</summary>
    public void Break()
    {
        _space.Clear();
        _skipsSpace = true;
        AtStart = true;
    }

    /// <summary>Writes text or reasoning, whichever it is now.</summary>
    public void Write(ReadOnlySpan<char> text) => Write(text, null);

    /// <summary>Writes the beginning of a string: all of it is given out without a copy.</summary>
    public void WriteFrom(string source, int start, int length) =>
        Write(source.AsSpan(start, length), length == source.Length ? source : null);

    /// <summary>Gives out a call.</summary>
    public void Write(ParsedToolCall call)
    {
        Break();
        _parts.Add(new ReplyPart(ReplyPartKind.Call, "", call));
    }

    /// <summary>Ends the reply: white space at the end of a text belongs to it.</summary>
    public void Complete()
    {
        if (_space.Length > 0 && _kind == ReplyPartKind.Text)
        {
            _parts.Add(new ReplyPart(ReplyPartKind.Text, _space.ToString()));
        }

        _space.Clear();
    }

    private void Write(ReadOnlySpan<char> text, string? source)
    {
        if (_skipsSpace)
        {
            text = text.TrimStart();
            if (text.IsEmpty)
            {
                return;
            }

            _skipsSpace = false;
        }

        var inked = text.TrimEnd();
        if (inked.IsEmpty)
        {
            _space.Append(text);
            return;
        }

        AtStart = false;
        string written =
            _space.Length > 0 ? _space.Append(inked).ToString()
            : inked.Length == source?.Length ? source
            : inked.ToString();
        _parts.Add(new ReplyPart(_kind, written));
        _space.Clear().Append(text[inked.Length..]);
    }
}
