using System.Globalization;

namespace LocalSlm.Templating;

/// <summary>Python's <c>str.format</c>.</summary>
internal static class BraceFormat
{
    public static object Format(RenderState state, object format, Arguments arguments)
    {
        int next = 0;
        return Run(state, format, Find, 0);

        object? Find(string name)
        {
            if (name.Length == 0)
            {
                name = (next++).ToString(CultureInfo.InvariantCulture);
            }

            if (name.All(char.IsAsciiDigit))
            {
                return
                    name.Length < 9
                    && int.Parse(name, CultureInfo.InvariantCulture) is var index
                    && index < arguments.Positional.Length
                    ? arguments.Positional[index]
                    : throw state.Error($"Replacement index {name} out of range for positional args tuple");
            }

            int named = arguments.Names is null ? -1 : Array.IndexOf(arguments.Names, name);
            return named >= 0 ? arguments.Named![named] : throw state.Error($"'{name}'");
        }
    }

    public static object FormatMap(RenderState state, object format, Arguments arguments) =>
        arguments.Positional is [DictValue dict]
            ? Run(
                state,
                format,
                name => dict.TryGet(name, out object? value) ? value : throw state.Error($"'{name}'"),
                0
            )
            : throw state.Error("format_map() takes exactly one mapping");

    private static object Run(RenderState state, object format, Func<string, object?> find, int depth)
    {
        string plain = Texts.Of(format);
        var builder = state.RentBuilder();
        int done = 0;
        while (done < plain.Length)
        {
            state.Step();
            int at = plain.AsSpan(done).IndexOfAny('{', '}');
            if (at < 0)
            {
                builder.AppendSlice(format, done, plain.Length - done);
                break;
            }

            at += done;
            builder.AppendSlice(format, done, at - done);
            if (at + 1 < plain.Length && plain[at + 1] == plain[at])
            {
                builder.AppendSlice(format, at, 1);
                done = at + 2;
                continue;
            }

            if (plain[at] == '}')
            {
                throw state.Error("Single '}' encountered in format string");
            }

            int close = Close(state, plain, at);
            Field(state, builder, Texts.Slice(state, format, at + 1, close - at - 1), find, depth);
            done = close + 1;
        }

        return state.ReturnBuilder(builder, Texts.IsMarkup(format));
    }

    private static int Close(RenderState state, string text, int open)
    {
        int depth = 0;
        for (int i = open; i < text.Length; i++)
        {
            depth +=
                text[i] == '{' ? 1
                : text[i] == '}' ? -1
                : 0;
            if (depth == 0)
            {
                return i;
            }
        }

        throw state.Error(
            open + 1 == text.Length ? "Single '{' encountered in format string" : "expected '}' before end of string"
        );
    }

    private static void Field(
        RenderState state,
        TextBuilder output,
        object field,
        Func<string, object?> find,
        int depth
    )
    {
        if (depth > 1)
        {
            throw state.Error("Max string recursion exceeded");
        }

        string plain = Texts.Of(field);
        int colon = plain.IndexOf(':', StringComparison.Ordinal);
        string head = colon < 0 ? plain : plain[..colon];
        char conversion = '\0';
        int bang = head.IndexOf('!', StringComparison.Ordinal);
        if (bang >= 0)
        {
            conversion =
                bang + 2 == head.Length ? head[^1] : throw state.Error("expected ':' after conversion specifier");
            head = head[..bang];
        }

        object? value = Value(state, head, find);
        value = conversion switch
        {
            '\0' => value,
            's' => PythonRepr.ToText(state, value),
            'r' or 'a' => PythonRepr.ToRepr(state, value),
            _ => throw state.Error($"Unknown conversion specifier {conversion}"),
        };
        string spec = colon < 0 ? "" : plain[(colon + 1)..];
        if (spec.Contains('{', StringComparison.Ordinal))
        {
            spec = Texts.Of(Run(state, spec, find, depth + 1));
        }

        Write(state, output, value, spec);
    }

    private static object? Value(RenderState state, string path, Func<string, object?> find)
    {
        int at = path.AsSpan().IndexOfAny('.', '[');
        object? value = find(at < 0 ? path : path[..at]);
        while (at >= 0 && at < path.Length)
        {
            state.Step();
            if (path[at] == '[')
            {
                int close = path.IndexOf(']', at);
                if (close < 0)
                {
                    throw state.Error("Missing ']' in format string");
                }

                string key = path[(at + 1)..close];
                value = Values.GetItem(
                    state,
                    value,
                    NumberText.ParseInteger(key, 10) is { } number && number.GetBitLength() < 40
                        ? (object)(long)number
                        : key
                );
                at = close + 1;
            }
            else
            {
                int end = path.AsSpan(at + 1).IndexOfAny('.', '[');
                end = end < 0 ? path.Length : end + at + 1;
                value = Values.GetOwn(state, value, path[(at + 1)..end]);
                at = end;
            }

            if (value is Undefined undefined)
            {
                throw state.Error(undefined.Message);
            }
        }

        return value;
    }

    private static void Write(RenderState state, TextBuilder output, object? value, string text)
    {
        if (text.Length == 0)
        {
            PythonRepr.Write(state, output, value);
            return;
        }

        var (spec, kind) = Parse(state, text);
        spec.Check(state);
        switch (value)
        {
            case string or TemplateText when kind is '\0' or 's':
                spec.Align = spec.Align == '\0' ? '<' : spec.Align;
                spec.WriteText(state, output, value);
                break;
            case double d when kind is '\0' && spec.Precision is null:
                spec.WriteFloat(state, output, d, 'r');
                break;
            case double d when kind is '\0':
                spec.WriteFloat(state, output, d, 'g');
                break;
            case double d when "eEfFgGn%".Contains(kind, StringComparison.Ordinal):
                spec.WriteFloat(state, output, d, kind);
                break;
            case bool or long or System.Numerics.BigInteger when kind is '\0' or 'd' or 'n' or 'x' or 'X' or 'o' or 'b':
                spec.WriteInteger(state, output, Numbers.ToBig(value), kind is '\0' or 'n' ? 'd' : kind);
                break;
            case bool or long or System.Numerics.BigInteger when "eEfFgG%".Contains(kind, StringComparison.Ordinal):
                spec.WriteFloat(state, output, Numbers.ToDouble(value), kind);
                break;
            case string or TemplateText or double or bool or long:
                throw state.Error($"Unknown format code '{kind}' for object of type '{Values.PythonType(value)}'");
            default:
                throw state.Error($"unsupported format string passed to {Values.PythonType(value)}.__format__");
        }
    }

    private static (FormatSpec Spec, char Kind) Parse(RenderState state, string text)
    {
        var spec = new FormatSpec();
        int i = 0;
        if (text.Length > 1 && text[1] is '<' or '>' or '^' or '=')
        {
            spec.Fill = text[0];
            spec.Align = text[1];
            i = 2;
        }
        else if (text[0] is '<' or '>' or '^' or '=')
        {
            spec.Align = text[0];
            i = 1;
        }

        if (i < text.Length && text[i] is '+' or '-' or ' ')
        {
            spec.Sign = text[i++];
        }

        if (i < text.Length && text[i] == '#')
        {
            spec.IsAlternate = true;
            i++;
        }

        if (i < text.Length && text[i] == '0')
        {
            spec.IsZeroPadded = true;
            i++;
        }

        spec.Width = ReadNumber() ?? 0;
        if (i < text.Length && text[i] is ',' or '_')
        {
            spec.Grouping = text[i++];
        }

        if (i < text.Length && text[i] == '.')
        {
            i++;
            spec.Precision = ReadNumber() ?? throw state.Error("Format specifier missing precision");
        }

        char kind = i < text.Length ? text[i++] : '\0';
        return i == text.Length ? (spec, kind) : throw state.Error("Invalid format specifier");

        int? ReadNumber()
        {
            int start = i;
            while (i < text.Length && char.IsAsciiDigit(text[i]))
            {
                i++;
            }

            return i == start ? null
                : i - start > 6 ? throw state.Limit($"a format is wider than {FormatSpec.MaxWidth}")
                : int.Parse(text.AsSpan(start, i - start), CultureInfo.InvariantCulture);
        }
    }
}
