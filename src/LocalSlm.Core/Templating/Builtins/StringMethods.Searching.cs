namespace LocalSlm.Templating;

/// <content>Methods that look for parts.</content>
internal static partial class StringMethods
{
    private static bool Affix(RenderState state, object text, Arguments arguments, bool atEnd)
    {
        string name = atEnd ? "endswith" : "startswith";
        if (arguments.Positional.Length is 0 or > 3)
        {
            throw state.Error($"{name} expected at least 1 argument, got {arguments.Positional.Length}");
        }

        string plain = Texts.Of(text);
        if (arguments.Positional.Length == 1 && Texts.TryGet(arguments.Positional[0], out string? one))
        {
            return atEnd
                ? plain.EndsWith(one, StringComparison.Ordinal)
                : plain.StartsWith(one, StringComparison.Ordinal);
        }

        var (start, end) = Window(state, plain, arguments);
        object?[] affixes = arguments.Positional[0] is TupleValue tuple ? tuple.Items : [arguments.Positional[0]];
        foreach (object? affix in affixes)
        {
            state.Step();
            string wanted =
                affix is Undefined undefined ? throw state.Error(undefined.Message)
                : Texts.TryGet(affix, out string? given) ? given
                : throw state.Error($"{name} first arg must be str or a tuple of str, not {Values.PythonType(affix)}");
            if (start <= end)
            {
                var window = plain.AsSpan(start, end - start);
                if (atEnd ? window.EndsWith(wanted) : window.StartsWith(wanted))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static long Find(RenderState state, object text, Arguments arguments, string name, bool last)
    {
        string plain = Texts.Of(text);
        string wanted = Texts.Of(Argument(state, arguments, 0, name));
        state.Charge(plain.Length / 64);
        var (start, end) = Window(state, plain, arguments);
        if (start > end)
        {
            return -1;
        }

        var window = plain.AsSpan(start, end - start);
        int at = last ? window.LastIndexOf(wanted) : window.IndexOf(wanted);
        if (last && wanted.Length == 0)
        {
            at = window.Length;
        }

        return at < 0 ? -1
            : CodePoints.HasSurrogates(plain) ? CodePoints.Count(plain, start + at)
            : start + at;
    }

    private static object Count(RenderState state, object text, Arguments arguments)
    {
        string plain = Texts.Of(text);
        string wanted = Texts.Of(Argument(state, arguments, 0, "count"));
        state.Charge(plain.Length / 16);
        var (start, end) = Window(state, plain, arguments);
        if (start > end)
        {
            return Boxes.Of(0L);
        }

        var window = plain.AsSpan(start, end - start);
        return Boxes.Of(wanted.Length == 0 ? CodePoints.Count(window.ToString()) + 1L : window.Count(wanted));
    }

    // The optional start and end arguments, as UTF-16 positions.
    private static (int Start, int End) Window(RenderState state, string text, Arguments arguments)
    {
        if (arguments.Positional.Length < 2)
        {
            return (0, text.Length);
        }

        int length = CodePoints.Count(text);
        int start = Bound(1, 0);
        int end = Bound(2, length);
        return start > length
            ? (1, 0)
            : (CodePoints.OffsetOf(text, start), CodePoints.OffsetOf(text, Math.Min(end, length)));

        int Bound(int index, int fallback)
        {
            if (index >= arguments.Positional.Length || arguments.Positional[index] is null)
            {
                return fallback;
            }

            int value = Number(state, arguments, index, fallback);
            return value < 0 ? Math.Max(0, value + length) : value;
        }
    }
}
