namespace LocalSlm.Templating;

/// <content>Methods that cut, join and pad. Every character keeps its provenance.</content>
internal static partial class StringMethods
{
    /// <summary>Takes white space, or any of the given characters, off the ends.</summary>
    public static object Strip(RenderState state, object text, object? characters, bool left, bool right)
    {
        string plain = Texts.Of(text);
        string? set =
            characters is null ? null
            : Texts.TryGet(characters, out string? given) ? given
            : throw state.Error("strip arg must be None or str");
        int start = 0;
        int end = plain.Length;
        while (left && start < end && Matches(plain[start]))
        {
            start++;
        }

        while (right && end > start && Matches(plain[end - 1]))
        {
            end--;
        }

        return Texts.Slice(state, text, start, end - start);

        bool Matches(char c) => set is null ? CodePoints.IsSpace(c) : set.Contains(c, StringComparison.Ordinal);
    }

    public static object Replace(RenderState state, object text, object old, object replacement, int count)
    {
        string plain = Texts.Of(text);
        string wanted = Texts.Of(old);
        if (count == 0 || (wanted.Length > 0 && !plain.Contains(wanted, StringComparison.Ordinal)))
        {
            return text;
        }

        var builder = state.RentBuilder();
        int done = 0;
        if (wanted.Length == 0)
        {
            while (count != 0)
            {
                state.Step();
                builder.AppendText(replacement);
                count--;
                if (done >= plain.Length)
                {
                    break;
                }

                int length = CodePoints.LengthAt(plain, done);
                builder.AppendSlice(text, done, length);
                done += length;
            }
        }
        else
        {
            for (int at; count != 0 && (at = plain.IndexOf(wanted, done, StringComparison.Ordinal)) >= 0; count--)
            {
                state.Step();
                builder.AppendSlice(text, done, at - done);
                builder.AppendText(replacement);
                done = at + wanted.Length;
            }
        }

        builder.AppendSlice(text, done, plain.Length - done);
        return state.ReturnBuilder(builder, Texts.IsMarkup(text));
    }

    public static object Center(RenderState state, object text, int width, char fill)
    {
        int missing = Math.Max(0, width - CodePoints.Count(Texts.Of(text)));
        // CPython puts the odd one to the left only where the width is odd too.
        int left = (missing / 2) + (missing & width & 1);
        return Pad(state, text, left, missing - left, fill);
    }

    /// <summary>Finds the lines as Python's <c>splitlines</c> does.</summary>
    public static List<(int Start, int Length)> Lines(string text, bool keepEnds = false)
    {
        var lines = new List<(int, int)>();
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (
                text[i]
                is '\n'
                    or '\r'
                    or '\v'
                    or '\f'
                    or '\u001c'
                    or '\u001d'
                    or '\u001e'
                    or '\u0085'
                    or '\u2028'
                    or '\u2029'
            )
            {
                int end = text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? i + 2 : i + 1;
                lines.Add((start, (keepEnds ? end : i) - start));
                start = end;
                i = end - 1;
            }
        }

        if (start < text.Length)
        {
            lines.Add((start, text.Length - start));
        }

        return lines;
    }

    private static object Pad(RenderState state, object text, int left, int right, char fill)
    {
        if (left <= 0 && right <= 0)
        {
            return text;
        }

        state.CheckLength((long)Math.Max(left, 0) + Math.Max(right, 0) + Texts.Of(text).Length);
        var builder = state.RentBuilder();
        builder.Append(new string(fill, Math.Max(left, 0)));
        builder.AppendText(text);
        builder.Append(new string(fill, Math.Max(right, 0)));
        return state.ReturnBuilder(builder);
    }

    private static object ZeroFill(RenderState state, object text, Arguments arguments)
    {
        string plain = Texts.Of(text);
        int missing = Number(state, arguments, 0, 0) - CodePoints.Count(plain);
        if (missing <= 0)
        {
            return text;
        }

        int sign = plain.Length > 0 && plain[0] is '-' or '+' ? 1 : 0;
        state.CheckLength((long)missing + plain.Length);
        var builder = state.RentBuilder();
        builder.AppendSlice(text, 0, sign);
        builder.Append(new string('0', missing));
        builder.AppendSlice(text, sign, plain.Length - sign);
        return state.ReturnBuilder(builder);
    }

    private static object ExpandTabs(RenderState state, object text, Arguments arguments)
    {
        string plain = Texts.Of(text);
        int size = arguments.Take("tabsize", out var rest) is long named
            ? (int)Math.Clamp(named, 0, 1000)
            : Math.Clamp(Number(state, rest, 0, 8), 0, 1000);
        var builder = state.RentBuilder();
        int column = 0;
        for (int i = 0; i < plain.Length; i++)
        {
            if (plain[i] == '\t')
            {
                int spaces = size == 0 ? 0 : size - (column % size);
                builder.AppendDerived(new string(' ', spaces), text, i);
                column += spaces;
            }
            else
            {
                builder.AppendSlice(text, i, 1);
                column = plain[i] is '\n' or '\r' ? 0 : column + 1;
            }
        }

        return state.ReturnBuilder(builder);
    }

    private static ListValue Split(RenderState state, object text, Arguments arguments, bool fromRight)
    {
        object?[] bound = arguments.Bind(state, fromRight ? "rsplit" : "split", "sep", "maxsplit");
        object? separator = ReferenceEquals(bound[0], Missing.Value) ? null : bound[0];
        int limit =
            ReferenceEquals(bound[1], Missing.Value) ? -1
            : Numbers.TryGetLong(bound[1], out long max) ? (int)Math.Clamp(max, -1, int.MaxValue)
            : throw state.Error($"'{Values.PythonType(bound[1])}' object cannot be interpreted as an integer");
        string plain = Texts.Of(text);
        List<(int Start, int Length)> parts;
        if (separator is null)
        {
            parts = fromRight && limit >= 0 ? WordsFromRight(plain, limit) : Words(plain, limit);
        }
        else
        {
            string wanted =
                separator is Undefined undefined ? throw state.Error(undefined.Message)
                : Texts.TryGet(separator, out string? given) ? given
                : throw state.Error($"must be str or None, not {Values.PythonType(separator)}");
            parts =
                wanted.Length == 0 ? throw state.Error("empty separator")
                : fromRight && limit >= 0 ? PartsFromRight(plain, wanted, limit)
                : Parts(plain, wanted, limit);
        }

        state.Charge(parts.Count);
        return new ListValue([.. parts.Select(p => Texts.Slice(state, text, p.Start, p.Length))]);
    }

    private static List<(int Start, int Length)> Parts(string text, string separator, int limit)
    {
        var parts = new List<(int, int)>();
        int done = 0;
        for (int at; limit != 0 && (at = text.IndexOf(separator, done, StringComparison.Ordinal)) >= 0; limit--)
        {
            parts.Add((done, at - done));
            done = at + separator.Length;
        }

        parts.Add((done, text.Length - done));
        return parts;
    }

    private static List<(int Start, int Length)> PartsFromRight(string text, string separator, int limit)
    {
        var parts = new List<(int, int)>();
        int end = text.Length;
        for (; limit > 0; limit--)
        {
            int at = text.AsSpan(0, end).LastIndexOf(separator);
            if (at < 0)
            {
                break;
            }

            parts.Add((at + separator.Length, end - at - separator.Length));
            end = at;
        }

        parts.Add((0, end));
        parts.Reverse();
        return parts;
    }

    private static List<(int Start, int Length)> Words(string text, int limit)
    {
        var parts = new List<(int, int)>();
        int i = 0;
        while (true)
        {
            while (i < text.Length && CodePoints.IsSpace(text[i]))
            {
                i++;
            }

            if (i == text.Length)
            {
                return parts;
            }

            int start = i;
            if (limit-- == 0)
            {
                // str.split keeps what follows the last split as it is, but for the white space before it.
                parts.Add((start, text.Length - start));
                return parts;
            }

            while (i < text.Length && !CodePoints.IsSpace(text[i]))
            {
                i++;
            }

            parts.Add((start, i - start));
        }
    }

    private static List<(int Start, int Length)> WordsFromRight(string text, int limit)
    {
        var parts = new List<(int, int)>();
        int end = text.Length;
        while (true)
        {
            while (end > 0 && CodePoints.IsSpace(text[end - 1]))
            {
                end--;
            }

            if (end == 0)
            {
                break;
            }

            int start = end;
            if (limit-- == 0)
            {
                parts.Add((0, end));
                break;
            }

            while (start > 0 && !CodePoints.IsSpace(text[start - 1]))
            {
                start--;
            }

            parts.Add((start, end - start));
            end = start;
        }

        parts.Reverse();
        return parts;
    }

    private static ListValue SplitLines(RenderState state, object text, Arguments arguments)
    {
        object? keep = arguments.Bind(state, "splitlines", "keepends")[0];
        var lines = Lines(Texts.Of(text), !ReferenceEquals(keep, Missing.Value) && Values.Truth(keep));
        state.Charge(lines.Count);
        return new ListValue([.. lines.Select(l => Texts.Slice(state, text, l.Start, l.Length))]);
    }

    private static TupleValue Partition(RenderState state, object text, Arguments arguments, bool last)
    {
        object separator = Argument(state, arguments, 0, last ? "rpartition" : "partition");
        string plain = Texts.Of(text);
        string wanted = Texts.Of(separator);
        if (wanted.Length == 0)
        {
            throw state.Error("empty separator");
        }

        int at = last
            ? plain.LastIndexOf(wanted, StringComparison.Ordinal)
            : plain.IndexOf(wanted, StringComparison.Ordinal);
        if (at < 0)
        {
            return new TupleValue(last ? ["", "", text] : [text, "", ""]);
        }

        int after = at + wanted.Length;
        return new TupleValue([
            Texts.Slice(state, text, 0, at),
            Texts.Slice(state, text, at, wanted.Length),
            Texts.Slice(state, text, after, plain.Length - after),
        ]);
    }

    private static object Join(RenderState state, object separator, Arguments arguments)
    {
        if (arguments.Positional.Length != 1)
        {
            throw state.Error($"join() takes exactly one argument ({arguments.Positional.Length} given)");
        }

        if (!Values.IsIterable(arguments.Positional[0]))
        {
            throw state.Error("can only join an iterable");
        }

        var items = Values.ItemsOf(state, arguments.Positional[0]);
        var builder = state.RentBuilder();
        for (int i = 0; i < items.Count; i++)
        {
            state.Step();
            if (i > 0)
            {
                builder.AppendText(separator);
            }

            builder.AppendText(
                Texts.Is(items[i])
                    ? items[i]!
                    : throw state.Error(
                        $"sequence item {i}: expected str instance, {Values.PythonType(items[i])} found"
                    )
            );
        }

        return state.ReturnBuilder(builder);
    }
}
