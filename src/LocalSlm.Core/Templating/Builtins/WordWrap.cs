namespace LocalSlm.Templating;

/// <summary>Jinja's <c>wordwrap</c>: Python's <c>textwrap</c>, line by line.</summary>
internal static class WordWrap
{
    public static object? Apply(RenderState state, object? value, object?[] arguments)
    {
        object text = PythonRepr.ToText(state, value);
        string plain = Texts.Of(text);
        int width = 79;
        if (!ReferenceEquals(arguments[0], Missing.Value))
        {
            width =
                Numbers.TryGetLong(arguments[0], out long wanted) && wanted is > 0 and < int.MaxValue
                    ? (int)wanted
                    : throw state.Error($"invalid width {PythonRepr.OfShort(state, arguments[0])} (must be > 0)");
        }

        bool breakLong = ReferenceEquals(arguments[1], Missing.Value) || Values.Truth(arguments[1]);
        object wrap = Texts.Is(arguments[2]) ? arguments[2]! : "\n";
        bool hyphens = ReferenceEquals(arguments[3], Missing.Value) || Values.Truth(arguments[3]);
        var builder = state.RentBuilder();
        bool first = true;
        foreach (var (start, length) in StringMethods.Lines(plain))
        {
            if (!first)
            {
                builder.AppendText(wrap);
            }

            first = false;
            bool firstPart = true;
            foreach (var (from, to) in Parts(state, plain, start, start + length, width, breakLong, hyphens))
            {
                if (!firstPart)
                {
                    builder.AppendText(wrap);
                }

                firstPart = false;
                builder.AppendSlice(text, from, to - from);
            }
        }

        return state.ReturnBuilder(builder);
    }

    private static List<(int From, int To)> Parts(
        RenderState state,
        string text,
        int start,
        int end,
        int width,
        bool breakLong,
        bool hyphens
    )
    {
        var chunks = Chunks(text, start, end, hyphens);
        state.Charge(chunks.Count);
        var lines = new List<(int, int)>();
        for (int i = 0; i < chunks.Count; )
        {
            // White space at the start of any line but the first is dropped.
            if (lines.Count > 0 && IsBlank(text, chunks[i]))
            {
                i++;
                continue;
            }

            int from = chunks[i].From;
            int to = from;
            while (i < chunks.Count && chunks[i].To - from <= width)
            {
                to = chunks[i++].To;
            }

            if (i < chunks.Count && to == from)
            {
                if (breakLong)
                {
                    state.Step();
                    to = from + width;
                    chunks[i] = (to, chunks[i].To);
                }
                else
                {
                    to = chunks[i++].To;
                }
            }
            else if (breakLong && i < chunks.Count && chunks[i].To - chunks[i].From > width)
            {
                to = from + width;
                chunks[i] = (to, chunks[i].To);
            }

            int last = to;
            while (last > from && CodePoints.IsSpace(text[last - 1]))
            {
                last--;
            }

            if (last > from)
            {
                lines.Add((from, last));
            }
        }

        return lines;
    }

    private static bool IsBlank(string text, (int From, int To) chunk) =>
        text.AsSpan(chunk.From, chunk.To - chunk.From).IsWhiteSpace();

    private static List<(int From, int To)> Chunks(string text, int start, int end, bool hyphens)
    {
        var chunks = new List<(int From, int To)>();
        for (int i = start; i < end; )
        {
            int from = i;
            bool space = CodePoints.IsSpace(text[i]);
            while (i < end && CodePoints.IsSpace(text[i]) == space)
            {
                i++;
                bool afterHyphen = hyphens && !space && text[i - 1] == '-' && i - from > 2 && i < end;
                if (
                    afterHyphen
                    && char.IsLetter(text[i])
                    && char.IsLetter(text[i - 2])
                    && i + 1 < end
                    && char.IsLetter(text[i + 1])
                )
                {
                    break;
                }
            }

            chunks.Add((from, i));
        }

        return chunks;
    }
}
