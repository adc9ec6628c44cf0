using System.Globalization;

namespace LocalSlm.Templating;

/// <summary>Python's <c>text % values</c>.</summary>
internal static class PercentFormat
{
    public static object Format(RenderState state, object format, object? values)
    {
        string plain = Texts.Of(format);
        bool markup = Texts.IsMarkup(format);
        object?[]? tuple = (values as TupleValue)?.Items;
        int used = 0;
        var builder = state.RentBuilder();
        int done = 0;
        for (int i = plain.IndexOf('%', StringComparison.Ordinal); i >= 0; i = plain.IndexOf('%', done))
        {
            state.Step();
            builder.AppendSlice(format, done, i - done);
            int at = i + 1;
            object? value = Missing.Value;
            if (at < plain.Length && plain[at] == '(')
            {
                int close = plain.IndexOf(')', at);
                if (close < 0)
                {
                    throw state.Error("incomplete format key");
                }

                if (values is not DictValue dict)
                {
                    throw state.Error("format requires a mapping");
                }

                string key = plain[(at + 1)..close];
                value = dict.TryGet(key, out object? found) ? found : throw state.Error($"'{key}'");
                at = close + 1;
            }

            var spec = new FormatSpec { Fill = ' ' };
            bool left = false;
            for (; at < plain.Length && plain[at] is '-' or '+' or ' ' or '0' or '#'; at++)
            {
                left |= plain[at] == '-';
                spec.Sign = plain[at] is '+' or ' ' && spec.Sign != '+' ? plain[at] : spec.Sign;
                spec.IsZeroPadded |= plain[at] == '0';
                spec.IsAlternate |= plain[at] == '#';
            }

            spec.Width = ReadNumber(ref at) ?? 0;
            if (spec.Width < 0)
            {
                left = true;
                spec.Width = -spec.Width;
            }

            if (at < plain.Length && plain[at] == '.')
            {
                at++;
                spec.Precision = Math.Max(0, ReadNumber(ref at) ?? 0);
            }

            while (at < plain.Length && plain[at] is 'l' or 'h' or 'L')
            {
                at++;
            }

            if (at >= plain.Length)
            {
                throw state.Error("incomplete format");
            }

            spec.Align = left ? '<' : '>';
            spec.IsZeroPadded &= !left;
            char kind = plain[at];
            done = at + 1;
            if (kind == '%')
            {
                builder.AppendSlice(format, at, 1);
                continue;
            }

            Write(Or(value), kind, spec, i);
        }

        builder.AppendSlice(format, done, plain.Length - done);
        if (tuple is not null ? used < tuple.Length : used == 0 && values is not (DictValue or ListValue))
        {
            throw state.Error("not all arguments converted during string formatting");
        }

        return state.ReturnBuilder(builder, markup);

        object? Or(object? given) => ReferenceEquals(given, Missing.Value) ? NextValue() : given;

        object? NextValue()
        {
            if (tuple is null ? used++ > 0 : used >= tuple.Length)
            {
                throw state.Error("not enough arguments for format string");
            }

            return tuple is null ? values : tuple[used++];
        }

        int? ReadNumber(ref int at)
        {
            if (at < plain.Length && plain[at] == '*')
            {
                at++;
                return Numbers.TryGetLong(NextValue(), out long star)
                    ? (int)Math.Clamp(star, -FormatSpec.MaxWidth - 1, FormatSpec.MaxWidth + 1)
                    : throw state.Error("* wants int");
            }

            int start = at;
            while (at < plain.Length && char.IsAsciiDigit(plain[at]))
            {
                at++;
            }

            return at == start ? null
                : at - start > 6 ? throw state.Limit($"a format is wider than {FormatSpec.MaxWidth}")
                : int.Parse(plain.AsSpan(start, at - start), CultureInfo.InvariantCulture);
        }

        void Write(object? value, char kind, FormatSpec spec, int source)
        {
            spec.Check(state);
            switch (kind)
            {
                case 's' or 'r' or 'a':
                    object text = kind == 's' ? PythonRepr.ToText(state, value) : PythonRepr.ToRepr(state, value);
                    text = markup ? Markup.Escape(state, text) : text;
                    spec.IsZeroPadded = false;
                    spec.WriteText(state, builder, text);
                    break;
                case 'c':
                    spec.IsZeroPadded = false;
                    spec.WriteText(
                        state,
                        builder,
                        Texts.Is(value) ? value!
                            : Numbers.TryGetLong(value, out long code)
                            && System.Text.Rune.IsValid((int)Math.Clamp(code, -1, int.MaxValue))
                                ? new System.Text.Rune((int)code).ToString()
                            : throw state.Error("%c requires int or char")
                    );
                    break;
                case 'd' or 'i' or 'u':
                    if (!Numbers.Is(value))
                    {
                        throw state.Error(
                            value is Undefined u
                                ? u.Message
                                : $"%{kind} format: a real number is required, not {Values.PythonType(value)}"
                        );
                    }

                    if (value is double whole && !double.IsFinite(whole))
                    {
                        throw state.Error("cannot convert float infinity or NaN to integer");
                    }

                    spec.WriteInteger(
                        state,
                        builder,
                        value is double d ? new System.Numerics.BigInteger(d) : Numbers.ToBig(value!),
                        'd'
                    );
                    break;
                case 'x' or 'X' or 'o':
                    spec.WriteInteger(
                        state,
                        builder,
                        Numbers.IsInteger(value)
                            ? Numbers.ToBig(value!)
                            : throw state.Error(
                                $"%{kind} format: an integer is required, not {Values.PythonType(value)}"
                            ),
                        kind
                    );
                    break;
                case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                    spec.WriteFloat(
                        state,
                        builder,
                        Numbers.Is(value)
                            ? Numbers.ToDouble(value!)
                            : throw state.Error(
                                value is Undefined un
                                    ? un.Message
                                    : $"must be real number, not {Values.PythonType(value)}"
                            ),
                        kind
                    );
                    break;
                default:
                    throw state.Error($"unsupported format character '{kind}' (0x{(int)kind:x}) at index {source + 1}");
            }
        }
    }
}
