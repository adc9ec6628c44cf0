using System.Diagnostics.CodeAnalysis;

namespace LocalSlm.Templating;

/// <summary>Operations on text values, which are <see cref="string"/> or <see cref="TemplateText"/>.</summary>
internal static class Texts
{
    private static readonly string[] AsciiStrings = [.. Enumerable.Range(0, 128).Select(i => ((char)i).ToString())];

    public static bool Is(object? value) => value is string or TemplateText;

    /// <summary>Gets the characters of a text value.</summary>
    public static bool TryGet(object? value, [NotNullWhen(true)] out string? text)
    {
        text = value as string ?? (value as TemplateText)?.Value;
        return text is not null;
    }

    /// <summary>Gets the characters of what is known to be a text value.</summary>
    public static string Of(object value) => value as string ?? ((TemplateText)value).Value;

    public static bool IsMarkup(object? value) => value is TemplateText { IsMarkup: true };

    /// <summary>Gets the origin of a character, or <see langword="null"/> if it did not come from the caller.</summary>
    public static int? OriginAt(object text, int index)
    {
        if (text is not TemplateText marked)
        {
            return null;
        }

        if (marked.IsWhole)
        {
            return marked.Origin;
        }

        var marks = marked.Marks;
        int low = 0;
        int high = marks.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (marks[middle].End <= index)
            {
                low = middle + 1;
            }
            else if (marks[middle].Start > index)
            {
                high = middle - 1;
            }
            else
            {
                return marks[middle].Origin;
            }
        }

        return null;
    }

    /// <summary>Cuts out a part.</summary>
    public static object Slice(RenderState state, object text, int start, int length)
    {
        string value = Of(text);
        if (start == 0 && length == value.Length)
        {
            return text;
        }

        if (length == 0)
        {
            return "";
        }

        state.ChargeText(length);
        if (text is not TemplateText marked)
        {
            char first = value[start];
            return length == 1 && first < 128 ? AsciiStrings[first] : value.Substring(start, length);
        }

        string part = value.Substring(start, length);
        if (marked.IsWhole)
        {
            return new TemplateText(part, marked.Origin);
        }

        var marks = new List<Mark>();
        foreach (var mark in marked.Marks)
        {
            int from = Math.Max(mark.Start, start);
            int to = Math.Min(mark.End, start + length);
            if (from < to)
            {
                marks.Add(new Mark(from - start, to - start, mark.Origin));
            }
        }

        return marks.Count == 0 && !marked.IsMarkup ? part : new TemplateText(part, [.. marks], marked.IsMarkup);
    }

    public static object Concat(RenderState state, object left, object right)
    {
        if (left is string a && right is string b)
        {
            state.CheckLength((long)a.Length + b.Length);
            state.ChargeText(a.Length + b.Length);
            return string.Concat(a, b);
        }

        bool markup = IsMarkup(left) || IsMarkup(right);
        if (markup)
        {
            left = Markup.Escape(state, left);
            right = Markup.Escape(state, right);
        }

        var builder = state.RentBuilder();
        builder.AppendText(left);
        builder.AppendText(right);
        return state.ReturnBuilder(builder, markup);
    }

    public static object Repeat(RenderState state, object text, long count)
    {
        int length = Of(text).Length;
        if (count <= 0 || length == 0)
        {
            return "";
        }

        state.CheckLength(count > int.MaxValue ? long.MaxValue : count * length);
        state.Charge(count / 16);
        var builder = state.RentBuilder();
        for (long i = 0; i < count; i++)
        {
            builder.AppendText(text);
        }

        return state.ReturnBuilder(builder);
    }

    /// <summary>Gives a text the provenance of another: all of it is the caller's if any of <paramref name="source"/> is.</summary>
    public static object Derived(string value, object? source) =>
        source is TemplateText { Value.Length: > 0 } text && (text.IsWhole || text.Marks.Length > 0)
            ? new TemplateText(value, text.IsWhole ? text.Origin : text.Marks[0].Origin)
            : value;

    /// <summary>Splits a text into characters (code points, as Python counts).</summary>
    public static List<object?> Characters(RenderState state, object text)
    {
        string value = Of(text);
        state.Charge(value.Length);
        var result = new List<object?>(value.Length);
        for (int i = 0; i < value.Length; )
        {
            int length = CodePoints.LengthAt(value, i);
            result.Add(Slice(state, text, i, length));
            i += length;
        }

        return result;
    }
}
