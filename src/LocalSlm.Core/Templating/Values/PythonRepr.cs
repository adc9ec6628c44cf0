using System.Globalization;
using System.Numerics;

namespace LocalSlm.Templating;

/// <summary>Prints values as Python's <c>str</c> and <c>repr</c> do.</summary>
internal static class PythonRepr
{
    /// <summary>Writes <c>str(value)</c>.</summary>
    public static void Write(RenderState state, TextBuilder output, object? value)
    {
        switch (value)
        {
            case string text:
                output.Append(text);
                break;
            case TemplateText text:
                output.AppendText(text);
                break;
            case Undefined:
                break;
            default:
                WriteRepr(state, output, value, 0, false);
                break;
        }
    }

    /// <summary>Gets <c>str(value)</c> as a text value.</summary>
    public static object ToText(RenderState state, object? value)
    {
        switch (value)
        {
            case string or TemplateText:
                return value;
            case Undefined:
                return "";
            default:
                var builder = state.RentBuilder();
                WriteRepr(state, builder, value, 0, false);
                return state.ReturnBuilder(builder);
        }
    }

    /// <summary>Gets <c>repr(value)</c> as a text value.</summary>
    public static object ToRepr(RenderState state, object? value)
    {
        var builder = state.RentBuilder();
        WriteRepr(state, builder, value, 0, false);
        return state.ReturnBuilder(builder);
    }

    /// <summary>Gets <c>repr(value)</c> for an error message.</summary>
    public static string OfShort(RenderState state, object? value)
    {
        string text = Texts.Of(ToRepr(state, value));
        return text.Length > 100 ? text[..100] : text;
    }

    private static void WriteRepr(RenderState state, TextBuilder output, object? value, int depth, bool fromCaller)
    {
        state.CheckValueDepth(depth);
        state.Step();
        switch (value)
        {
            case null:
                Put(output, "None", fromCaller);
                break;
            case bool b:
                Put(output, b ? "True" : "False", fromCaller);
                break;
            case long or BigInteger:
                Put(output, Numbers.FormatInteger(value), fromCaller);
                break;
            case double d:
                Put(output, Numbers.Format(d), fromCaller);
                break;
            case string or TemplateText:
                WriteQuoted(output, value, fromCaller);
                break;
            case ListValue list:
                fromCaller |= list.FromCaller;
                WriteSequence(state, output, "[", list.ToList(), "]", depth, fromCaller);
                break;
            case TupleValue tuple:
                WriteSequence(state, output, "(", tuple.Items, tuple.Items.Length == 1 ? ",)" : ")", depth, fromCaller);
                break;
            case DictValue dict:
                WriteDict(state, output, dict, depth, fromCaller | dict.FromCaller);
                break;
            case ViewValue view:
                Put(output, Values.TypeName(view) + "(", fromCaller);
                WriteSequence(
                    state,
                    output,
                    "[",
                    Values.ItemsOf(state, view),
                    "]",
                    depth,
                    fromCaller | view.Dict.FromCaller
                );
                Put(output, ")", fromCaller);
                break;
            case RangeValue range:
                Put(
                    output,
                    range.Step == 1
                        ? string.Create(CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop})")
                        : string.Create(
                            CultureInfo.InvariantCulture,
                            $"range({range.Start}, {range.Stop}, {range.Step})"
                        ),
                    fromCaller
                );
                break;
            case NamespaceValue space:
                output.Append("<Namespace {");
                string separator = "";
                foreach (var (name, attribute) in space.Attributes)
                {
                    output.Append(separator);
                    separator = ", ";
                    WriteQuoted(output, name, false);
                    output.Append(": ");
                    WriteRepr(state, output, attribute, depth + 1, false);
                }

                output.Append("}>");
                break;
            case Undefined:
                output.Append("Undefined");
                break;
            case MacroValue macro:
                output.Append($"<Macro '{macro.Definition.Name}'>");
                break;
            case LoopValue loop:
                output.Append(
                    string.Create(CultureInfo.InvariantCulture, $"<LoopContext {loop.Index0 + 1}/{loop.Items.Count}>")
                );
                break;
            default:
                output.Append($"<{Values.TypeName(value)} object>");
                break;
        }
    }

    private static void WriteSequence(
        RenderState state,
        TextBuilder output,
        string open,
        IReadOnlyList<object?> items,
        string close,
        int depth,
        bool fromCaller
    )
    {
        Put(output, open, fromCaller);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                Put(output, ", ", fromCaller);
            }

            WriteRepr(state, output, items[i], depth + 1, fromCaller);
        }

        Put(output, close, fromCaller);
    }

    private static void WriteDict(RenderState state, TextBuilder output, DictValue dict, int depth, bool fromCaller)
    {
        Put(output, "{", fromCaller);
        for (int i = 0; i < dict.Count; i++)
        {
            if (i > 0)
            {
                Put(output, ", ", fromCaller);
            }

            WriteRepr(state, output, dict.KeyAt(i), depth + 1, fromCaller);
            Put(output, ": ", fromCaller);
            WriteRepr(state, output, dict.ValueAt(i), depth + 1, fromCaller);
        }

        Put(output, "}", fromCaller);
    }

    private static void WriteQuoted(TextBuilder output, object text, bool fromCaller)
    {
        string value = Texts.Of(text);
        char quote =
            value.Contains('\'', StringComparison.Ordinal) && !value.Contains('"', StringComparison.Ordinal)
                ? '"'
                : '\'';
        bool whole = fromCaller || text is TemplateText { IsWhole: true };
        int origin = text is TemplateText { IsWhole: true } caller ? caller.Origin : -1;
        Put(output, quote == '"' ? "\"" : "'", fromCaller);
        int done = 0;
        for (int i = 0; i < value.Length; i++)
        {
            string? escape = Escape(value, i, quote);
            if (escape is null)
            {
                continue;
            }

            Copy(done, i - done);
            if (whole)
            {
                output.AppendMarked(escape, origin);
            }
            else
            {
                output.AppendDerived(escape, text, i);
            }

            done = i + 1;
        }

        Copy(done, value.Length - done);
        Put(output, quote == '"' ? "\"" : "'", fromCaller);

        void Copy(int start, int length)
        {
            if (whole)
            {
                output.AppendMarked(value.AsSpan(start, length), origin);
            }
            else
            {
                output.AppendSlice(text, start, length);
            }
        }
    }

    private static string? Escape(string value, int index, char quote)
    {
        char c = value[index];
        switch (c)
        {
            case '\\':
                return "\\\\";
            case '\n':
                return "\\n";
            case '\r':
                return "\\r";
            case '\t':
                return "\\t";
            case '\'' or '"':
                return c == quote ? "\\" + c : null;
            case < ' ' or '\u007f':
                return $"\\x{(int)c:x2}";
            case < '\u007f':
                return null;
        }

        if (char.IsSurrogate(c))
        {
            bool paired = char.IsHighSurrogate(c)
                ? index + 1 < value.Length && char.IsLowSurrogate(value[index + 1])
                : index > 0 && char.IsHighSurrogate(value[index - 1]);
            return paired ? null : $"\\u{(int)c:x4}";
        }

        return
            char.GetUnicodeCategory(c)
                is UnicodeCategory.Control
                    or UnicodeCategory.Format
                    or UnicodeCategory.OtherNotAssigned
                    or UnicodeCategory.PrivateUse
                    or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator
                    or UnicodeCategory.SpaceSeparator
            ? c < 256
                ? $"\\x{(int)c:x2}"
                : $"\\u{(int)c:x4}"
            : null;
    }

    private static void Put(TextBuilder output, string text, bool fromCaller)
    {
        if (fromCaller)
        {
            output.AppendMarked(text, -1);
        }
        else
        {
            output.Append(text);
        }
    }
}
