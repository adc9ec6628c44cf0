using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LocalSlm.Templating;

/// <content>Filters over text.</content>
internal static partial class Filters
{
    private static Filter[] TextFilters =>
        [
            new("upper", [], static (s, v, _) => CaseMapping.Upper(s, Text(s, v))),
            new("lower", [], static (s, v, _) => CaseMapping.Lower(s, Text(s, v))),
            new("capitalize", [], static (s, v, _) => CaseMapping.Capitalize(s, Text(s, v))),
            new("title", [], static (s, v, _) => CaseMapping.TitleWords(s, Text(s, v))),
            new(
                "trim",
                ["chars"],
                static (s, v, a) =>
                    StringMethods.Strip(s, Text(s, v), Given(a[0]) ? a[0] : null, left: true, right: true)
            ),
            new("string", [], static (s, v, _) => Text(s, v)),
            new("safe", [], static (s, v, _) => Markup.Safe(Text(s, v))),
            new("escape", [], static (s, v, _) => Markup.Escape(s, Text(s, v))),
            new("forceescape", [], static (s, v, _) => Markup.Escape(s, Markup.Unsafe(Text(s, v)))),
            new("replace", ["old", "new", "count"], Replace),
            new("indent", ["width", "first", "blank"], Indent),
            new("center", ["width"], static (s, v, a) => StringMethods.Center(s, Text(s, v), Whole(s, a[0], 80), ' ')),
            new("truncate", ["length", "killwords", "end", "leeway"], Truncate),
            new("wordwrap", ["width", "break_long_words", "wrapstring", "break_on_hyphens"], WordWrap.Apply),
            new(
                "wordcount",
                [],
                static (s, v, _) =>
                {
                    string text = Texts.Of(Text(s, v));
                    s.Charge(text.Length / 16);
                    return Boxes.Of((long)WordPattern().Count(text));
                }
            ),
            new("striptags", [], StripTags),
            new("urlencode", [], UrlEncode),
            new(
                "format",
                static (s, v, a) =>
                    PercentFormat.Format(
                        s,
                        Text(s, v),
                        a.NamedCount > 0 ? NamedDict(s, a) : new TupleValue(a.Positional)
                    )
            ),
            new("xmlattr", ["autospace"], XmlAttributes),
        ];

    [GeneratedRegex(@"\w+")]
    private static partial Regex WordPattern();

    private static DictValue NamedDict(RenderState state, Arguments arguments)
    {
        if (arguments.Positional.Length > 0)
        {
            throw state.Error("can't handle positional and keyword arguments at the same time");
        }

        var dict = new DictValue();
        for (int i = 0; i < arguments.NamedCount; i++)
        {
            dict.Set(state, arguments.Names![i], arguments.Named![i]);
        }

        return dict;
    }

    private static object? Replace(RenderState state, object? value, object?[] arguments)
    {
        if (!Given(arguments[0]) || !Given(arguments[1]))
        {
            throw state.Error("replace() missing required arguments");
        }

        int count = !Given(arguments[2]) || arguments[2] is null ? -1 : Whole(state, arguments[2], -1);
        return StringMethods.Replace(
            state,
            Text(state, value),
            Text(state, arguments[0]),
            Text(state, arguments[1]),
            count
        );
    }

    private static object? Indent(RenderState state, object? value, object?[] arguments)
    {
        object text = Text(state, value);
        object indention = Texts.Is(Or(arguments[0], null))
            ? arguments[0]!
            : Texts.Repeat(state, " ", Whole(state, arguments[0], 4));
        bool blank = Flag(arguments[2]);
        string plain = Texts.Of(text);
        var lines = StringMethods.Lines(plain + "\n");
        state.Charge(lines.Count);
        var builder = state.RentBuilder();
        for (int i = 0; i < lines.Count; i++)
        {
            if (i > 0)
            {
                builder.Append('\n');
            }

            if (i == 0 ? Flag(arguments[1]) : blank || lines[i].Length > 0)
            {
                builder.AppendText(indention);
            }

            builder.AppendSlice(text, lines[i].Start, lines[i].Length);
        }

        return state.ReturnBuilder(builder, Texts.IsMarkup(text));
    }

    private static object? Truncate(RenderState state, object? value, object?[] arguments)
    {
        object text = Text(state, value);
        string plain = Texts.Of(text);
        int length = Whole(state, arguments[0], 255);
        object end = Texts.Is(Or(arguments[2], "...")) ? Or(arguments[2], "...")! : "...";
        int endLength = CodePoints.Count(Texts.Of(end));
        int leeway = !Given(arguments[3]) || arguments[3] is null ? 5 : Whole(state, arguments[3], 5);
        if (length < endLength || leeway < 0)
        {
            throw state.Error($"expected length >= {endLength}, got {length}");
        }

        if (CodePoints.Count(plain) <= (long)length + leeway)
        {
            return text;
        }

        int cut = CodePoints.OffsetOf(plain, length - endLength);
        if (!Flag(arguments[1]))
        {
            int space = plain.LastIndexOf(' ', Math.Max(cut - 1, 0), Math.Max(cut, 0));
            cut = space >= 0 ? space : cut;
        }

        return Texts.Concat(state, Texts.Slice(state, text, 0, cut), end);
    }

    private static object? StripTags(RenderState state, object? value, object?[] arguments)
    {
        object text = Text(state, value);
        string plain = Texts.Of(text);
        state.Charge(plain.Length / 16);
        var builder = new StringBuilder(plain.Length);
        for (int i = 0; i < plain.Length; i++)
        {
            if (plain[i] == '<')
            {
                bool comment = plain.AsSpan(i).StartsWith("<!--");
                int end = comment ? plain.IndexOf("-->", i, StringComparison.Ordinal) : plain.IndexOf('>', i);
                if (end >= 0)
                {
                    i = comment ? end + 2 : end;
                    continue;
                }
            }

            builder.Append(plain[i]);
        }

        string words = string.Join(' ', builder.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return Texts.Derived(System.Net.WebUtility.HtmlDecode(words), text);
    }

    private static object? UrlEncode(RenderState state, object? value, object?[] arguments)
    {
        if (Texts.Is(value) || !Values.IsIterable(value))
        {
            return Quote(state, Text(state, value), forQuery: false);
        }

        var pairs = value is DictValue dict
            ? Values.ItemsOf(state, new ViewValue(dict, ViewKind.Items))
            : Values.ItemsOf(state, value);
        var builder = state.RentBuilder();
        for (int i = 0; i < pairs.Count; i++)
        {
            var pair = Values.IsIterable(pairs[i]) ? Values.ItemsOf(state, pairs[i]) : [];
            if (pair.Count != 2)
            {
                throw state.Error($"not enough values to unpack (expected 2, got {pair.Count})");
            }

            builder.Append(i > 0 ? "&" : "");
            builder.AppendText(Quote(state, Text(state, pair[0]), forQuery: true));
            builder.Append("=");
            builder.AppendText(Quote(state, Text(state, pair[1]), forQuery: true));
        }

        return state.ReturnBuilder(builder);
    }

    private static object Quote(RenderState state, object text, bool forQuery)
    {
        string plain = Texts.Of(text);
        var builder = state.RentBuilder();
        Span<byte> bytes = stackalloc byte[4];
        Span<char> escaped = stackalloc char[12];
        for (int i = 0; i < plain.Length; )
        {
            int units = CodePoints.LengthAt(plain, i);
            char c = plain[i];
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '~' || (c == '/' && !forQuery))
            {
                builder.AppendSlice(text, i, 1);
            }
            else if (c == ' ' && forQuery)
            {
                builder.AppendDerived("+", text, i);
            }
            else
            {
                int count = Encoding.UTF8.GetBytes(plain.AsSpan(i, units), bytes);
                for (int b = 0; b < count; b++)
                {
                    escaped[b * 3] = '%';
                    bytes[b].TryFormat(escaped[((b * 3) + 1)..], out _, "X2", CultureInfo.InvariantCulture);
                }

                builder.AppendDerived(escaped[..(count * 3)], text, i);
            }

            i += units;
        }

        return state.ReturnBuilder(builder);
    }

    private static object? XmlAttributes(RenderState state, object? value, object?[] arguments)
    {
        if (value is not DictValue dict)
        {
            throw state.Error($"'{Values.PythonType(value)}' object has no attribute 'items'");
        }

        var builder = state.RentBuilder();
        bool space = Flag(arguments[0], fallback: true);
        for (int i = 0; i < dict.Count; i++)
        {
            object? attribute = dict.ValueAt(i);
            if (attribute is null or Undefined)
            {
                continue;
            }

            builder.Append(builder.Length > 0 || space ? " " : "");
            builder.AppendText(Markup.Escape(state, Text(state, dict.KeyAt(i))));
            builder.Append("=\"");
            builder.AppendText(Markup.Escape(state, Text(state, attribute)));
            builder.Append("\"");
        }

        return state.ReturnBuilder(builder, state.AutoEscape);
    }
}
