using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace LocalSlm.Templating;

/// <summary>Writes values as Python's <c>json.dumps</c> does.</summary>
/// <remarks>What the caller gave as one container is written as caller text, punctuation and all: its shape is the caller's too.</remarks>
internal sealed class JsonWriter(RenderState state, TextBuilder output, JsonLayout layout)
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        "\"\\" + string.Concat(Enumerable.Range(0, 32).Select(i => (char)i))
    );

    public void Write(object? value) => Write(value, 0, false);

    private void Write(object? value, int depth, bool fromCaller)
    {
        state.CheckValueDepth(depth);
        state.Step();
        switch (value)
        {
            case string or TemplateText:
                WriteString(value, fromCaller);
                break;
            case null:
                Put("null", fromCaller);
                break;
            case bool b:
                Put(b ? "true" : "false", fromCaller);
                break;
            case long or BigInteger:
                Put(Numbers.FormatInteger(value), fromCaller);
                break;
            case double d:
                Put(Format(d), fromCaller);
                break;
            case DictValue dict:
                WriteObject(dict, depth, fromCaller | dict.FromCaller);
                break;
            case ListValue list:
                WriteArray(list, depth, fromCaller | list.FromCaller);
                break;
            case TupleValue tuple:
                WriteArray(new ListValue([.. tuple.Items]), depth, fromCaller);
                break;
            default:
                throw state.Error($"Object of type {Values.TypeName(value)} is not JSON serializable");
        }
    }

    private static string Format(double value) =>
        double.IsNaN(value) ? "NaN"
        : double.IsInfinity(value)
            ? value > 0 ? "Infinity"
                : "-Infinity"
        : Numbers.Format(value);

    private void WriteArray(ListValue list, int depth, bool fromCaller)
    {
        Put("[", fromCaller);
        for (int i = 0; i < list.Count; i++)
        {
            Separate(i, depth + 1, fromCaller);
            Write(list[i], depth + 1, fromCaller);
        }

        Close("]", list.Count, depth, fromCaller);
    }

    private void WriteObject(DictValue dict, int depth, bool fromCaller)
    {
        Put("{", fromCaller);
        int count = dict.Count;
        int[]? order = layout.SortKeys ? SortedKeys(dict) : null;
        for (int i = 0; i < count; i++)
        {
            int index = order?[i] ?? i;
            Separate(i, depth + 1, fromCaller);
            var (key, value) = dict.Items.GetAt(index);
            switch (KeyComparer.Unwrap(key))
            {
                case string or TemplateText:
                    WriteString(key, fromCaller);
                    break;
                case null:
                    Put("\"null\"", fromCaller);
                    break;
                case bool b:
                    Put(b ? "\"true\"" : "\"false\"", fromCaller);
                    break;
                case long or BigInteger:
                    Put($"\"{Numbers.FormatInteger(key)}\"", fromCaller);
                    break;
                case double d:
                    Put($"\"{Format(d)}\"", fromCaller);
                    break;
                default:
                    throw state.Error($"keys must be str, int, float, bool or None, not {Values.TypeName(key)}");
            }

            Put(layout.KeySeparator, fromCaller);
            Write(value, depth + 1, fromCaller);
        }

        Close("}", count, depth, fromCaller);
    }

    private int[] SortedKeys(DictValue dict)
    {
        var indices = Enumerable.Range(0, dict.Count).Select(i => (object?)i).ToList();
        var sorted = Sequences.Sorted(
            state,
            indices,
            i => KeyComparer.Unwrap(dict.Items.GetAt((int)i!).Key),
            reverse: false
        );
        return [.. sorted.Select(i => (int)i!)];
    }

    private void Separate(int index, int depth, bool fromCaller)
    {
        if (index > 0)
        {
            Put(layout.ItemSeparator, fromCaller);
        }

        NewLine(depth, fromCaller);
    }

    private void Close(string bracket, int count, int depth, bool fromCaller)
    {
        if (count > 0)
        {
            NewLine(depth, fromCaller);
        }

        Put(bracket, fromCaller);
    }

    private void NewLine(int depth, bool fromCaller)
    {
        if (layout.Indent is null)
        {
            return;
        }

        Put("\n", fromCaller);
        for (int i = 0; i < depth; i++)
        {
            Put(layout.Indent, fromCaller);
        }
    }

    private void WriteString(object text, bool fromCaller)
    {
        string value = Texts.Of(text);
        bool whole = fromCaller || text is TemplateText { IsWhole: true };
        int origin = text is TemplateText { IsWhole: true } caller ? caller.Origin : -1;
        Put("\"", fromCaller);
        int done = 0;
        while (true)
        {
            int next = layout.EnsureAscii
                ? value.AsSpan(done).IndexOfAnyExcept(SafeAscii)
                : value.AsSpan(done).IndexOfAny(Escaped);
            int plain = next < 0 ? value.Length - done : next;
            if (whole)
            {
                output.AppendMarked(value.AsSpan(done, plain), origin);
            }
            else
            {
                output.AppendSlice(text, done, plain);
            }

            if (next < 0)
            {
                break;
            }

            int at = done + plain;
            string escape = value[at] switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                var c => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
            };
            if (whole)
            {
                output.AppendMarked(escape, origin);
            }
            else
            {
                output.AppendDerived(escape, text, at);
            }

            done = at + 1;
        }

        Put("\"", fromCaller);
    }

    private static readonly SearchValues<char> SafeAscii = SearchValues.Create(
        string.Concat(Enumerable.Range(32, 95).Select(i => (char)i).Where(c => c is not ('"' or '\\')))
    );

    private void Put(string text, bool fromCaller)
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
