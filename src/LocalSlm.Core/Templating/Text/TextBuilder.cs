using System.Buffers;

namespace LocalSlm.Templating;

/// <summary>Builds a text and remembers which of its characters came from the caller.</summary>
internal sealed class TextBuilder(RenderState state) : IDisposable
{
    private char[] _chars = ArrayPool<char>.Shared.Rent(1024);
    private Mark[] _marks = new Mark[8];
    private int _markCount;

    /// <summary>Gets how many characters there are.</summary>
    public int Length { get; private set; }

    /// <summary>Gets the marked ranges, ascending.</summary>
    public ReadOnlySpan<Mark> Marks => _marks.AsSpan(0, _markCount);

    /// <summary>Gets the characters.</summary>
    public ReadOnlySpan<char> Chars => _chars.AsSpan(0, Length);

    public void Append(char value)
    {
        if (Length == _chars.Length)
        {
            Grow(1);
        }

        _chars[Length++] = value;
    }

    public void Append(string value) => Append(value.AsSpan());

    public void Append(ReadOnlySpan<char> value)
    {
        if (value.Length > _chars.Length - Length)
        {
            Grow(value.Length);
        }

        value.CopyTo(_chars.AsSpan(Length));
        Length += value.Length;
    }

    public void AppendMarked(ReadOnlySpan<char> value, int origin)
    {
        int start = Length;
        Append(value);
        AddMark(start, Length, origin);
    }

    public void AppendMarked(char value, int origin)
    {
        int start = Length;
        Append(value);
        AddMark(start, Length, origin);
    }

    /// <summary>Appends a text value (<see cref="string"/> or <see cref="TemplateText"/>).</summary>
    public void AppendText(object text)
    {
        if (text is string plain)
        {
            Append(plain.AsSpan());
        }
        else
        {
            var marked = (TemplateText)text;
            AppendSlice(marked, 0, marked.Value.Length);
        }
    }

    /// <summary>Appends a part of a text value.</summary>
    public void AppendSlice(object text, int start, int length)
    {
        if (text is string plain)
        {
            Append(plain.AsSpan(start, length));
            return;
        }

        var marked = (TemplateText)text;
        int shift = Length - start;
        Append(marked.Value.AsSpan(start, length));
        if (marked.IsWhole)
        {
            AddMark(start + shift, start + length + shift, marked.Origin);
            return;
        }

        int end = start + length;
        foreach (var mark in marked.Marks)
        {
            if (mark.Start >= end)
            {
                break;
            }

            int from = Math.Max(mark.Start, start);
            int to = Math.Min(mark.End, end);
            if (from < to)
            {
                AddMark(from + shift, to + shift, mark.Origin);
            }
        }
    }

    /// <summary>Appends characters that were made from the character of <paramref name="source"/> at <paramref name="index"/>.</summary>
    public void AppendDerived(ReadOnlySpan<char> value, object source, int index)
    {
        if (Texts.OriginAt(source, index) is int origin)
        {
            AppendMarked(value, origin);
        }
        else
        {
            Append(value);
        }
    }

    /// <summary>Marks characters already appended.</summary>
    public void AddMark(int start, int end, int origin)
    {
        if (start == end)
        {
            return;
        }

        if (_markCount > 0)
        {
            ref var last = ref _marks[_markCount - 1];
            if (last.End == start && last.Origin == origin)
            {
                last = last with { End = end };
                return;
            }
        }

        if (_markCount == _marks.Length)
        {
            state.Charge(_markCount);
            Array.Resize(ref _marks, _marks.Length * 2);
        }

        _marks[_markCount++] = new Mark(start, end, origin);
    }

    /// <summary>Makes the text value of everything appended.</summary>
    public object ToText(bool isMarkup = false)
    {
        state.ChargeText(Length);
        string value = new(_chars, 0, Length);
        if (_markCount == 0)
        {
            return isMarkup ? new TemplateText(value, [], true) : value;
        }

        if (_markCount == 1 && !isMarkup && _marks[0].Start == 0 && _marks[0].End == Length)
        {
            return new TemplateText(value, _marks[0].Origin);
        }

        return new TemplateText(value, Marks.ToArray(), isMarkup);
    }

    /// <summary>Takes back what was appended since the builder had the given length.</summary>
    public object CutFrom(int start)
    {
        object all = ToText();
        object cut = Texts.Slice(state, all, start, Length - start);
        Length = start;
        while (_markCount > 0 && _marks[_markCount - 1].Start >= start)
        {
            _markCount--;
        }

        if (_markCount > 0 && _marks[_markCount - 1].End > start)
        {
            _marks[_markCount - 1] = _marks[_markCount - 1] with { End = start };
        }

        return cut;
    }

    public void Clear()
    {
        Length = 0;
        _markCount = 0;
    }

    public void Dispose()
    {
        ArrayPool<char>.Shared.Return(_chars);
        _chars = [];
        Clear();
    }

    private void Grow(int more)
    {
        long needed = (long)Length + more;
        state.CheckLength(needed);
        char[] larger = ArrayPool<char>.Shared.Rent(
            (int)Math.Max(needed, Math.Min(_chars.Length * 2L, Array.MaxLength))
        );
        Chars.CopyTo(larger);
        ArrayPool<char>.Shared.Return(_chars);
        _chars = larger;
    }
}
