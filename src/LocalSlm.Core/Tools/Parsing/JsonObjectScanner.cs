using System.Buffers;
using System.Text;

namespace LocalSlm.Tools;

/// <summary>Finds the end of a JSON object while it comes, and what its outermost members say on the way. Strings in single quotes,
/// raw line breaks in strings and the like do not mislead it: whether the object is valid is not its question.</summary>
internal sealed class JsonObjectScanner
{
    private const int LongestCaptured = 256;

    private static readonly SearchValues<char> Structural = SearchValues.Create("{}[]\"',:<`");
    private static readonly SearchValues<char> InDoubleQuotes = SearchValues.Create("\"\\");
    private static readonly SearchValues<char> InSingleQuotes = SearchValues.Create("'\\");

    private readonly StringBuilder _captured = new();
    private string? _key;
    private int _depth;
    private char _quote;
    private bool _escaped;
    private bool _expectsKey = true;

    /// <summary>Gets a value indicating whether the object is closed.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Gets a value indicating whether a character came that JSON cannot have outside of strings, such as the beginning of a
    /// tag: the scan stands before it.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Gets a value indicating whether <see cref="OnMember"/> stopped the scan, right behind the string that it was told
    /// of.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Gets what is told of the outermost members: each key with <see langword="null"/>, then its value if that is a string
    /// (escapes as written, at most the first 257 characters). It answers <see langword="false"/> to stop the scan.</summary>
    public Func<string, string?, bool>? OnMember { get; init; }

    /// <summary>Reads on; the first character is the opening brace.</summary>
    /// <param name="text">What follows what was read before.</param>
    /// <returns>How many characters were taken: all, or up to the end or to what broke the object.</returns>
    public int Read(ReadOnlySpan<char> text)
    {
        int at = 0;
        while (at < text.Length && !IsComplete && !IsBroken && !IsRefused)
        {
            at += _quote == '\0' ? ReadOutside(text[at..]) : ReadString(text[at..]);
        }

        return at;
    }

    /// <summary>Lets the scan that broke look at the same character again.</summary>
    public void Resume() => IsBroken = false;

    private int ReadString(ReadOnlySpan<char> text)
    {
        if (_escaped)
        {
            _escaped = false;
            Capture(text[..1]);
            return 1;
        }

        int end = text.IndexOfAny(_quote == '"' ? InDoubleQuotes : InSingleQuotes);
        if (end < 0)
        {
            Capture(text);
            return text.Length;
        }

        Capture(text[..end]);
        if (text[end] == '\\')
        {
            _escaped = true;
            Capture(text.Slice(end, 1));
        }
        else
        {
            _quote = '\0';
            CloseString();
        }

        return end + 1;
    }

    private int ReadOutside(ReadOnlySpan<char> text)
    {
        int next = text.IndexOfAny(Structural);
        if (next < 0)
        {
            return text.Length;
        }

        switch (text[next])
        {
            case '{' or '[':
                _depth++;
                break;
            case '}' or ']':
                IsComplete = --_depth == 0;
                break;
            case '"' or '\'':
                _quote = text[next];
                break;
            case ',' when _depth == 1:
                (_expectsKey, _key) = (true, null);
                break;
            case ':' when _depth == 1:
                _expectsKey = false;
                break;
            case '<' or '`':
                IsBroken = true;
                return next;
            default:
                break;
        }

        return next + 1;
    }

    private void Capture(ReadOnlySpan<char> text)
    {
        if (_depth == 1 && _captured.Length <= LongestCaptured)
        {
            _captured.Append(text[..Math.Min(text.Length, LongestCaptured + 1 - _captured.Length)]);
        }
    }

    private void CloseString()
    {
        if (_depth != 1)
        {
            return;
        }

        string text = _captured.ToString();
        _captured.Clear();
        if (_expectsKey)
        {
            _key = text;
            IsRefused = OnMember?.Invoke(text, null) == false;
        }
        else if (_key is { } key)
        {
            _key = null;
            IsRefused = OnMember?.Invoke(key, text) == false;
        }
    }
}
