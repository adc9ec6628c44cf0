using System.Text;
using System.Text.Json;

namespace LocalSlm.Tools;

/// <summary>Writes calls whose arguments stand apart between tags.</summary>
internal static class TaggedCallWriter
{
    /// <summary>Writes the blocks of some calls.</summary>
    public static string Write(TaggedDialect dialect, IReadOnlyList<ParsedToolCall> calls)
    {
        var text = new StringBuilder();
        for (var i = 0; i < calls.Count; i++)
        {
            if (i == 0 || !dialect.HasSeveralFunctions)
            {
                text.Append(i == 0 ? "" : dialect.TagSpace).Append(dialect.BlockOpen).Append(dialect.BlockSpace);
            }

            WriteCall(text, dialect, calls[i]);
            if (i == calls.Count - 1 || !dialect.HasSeveralFunctions)
            {
                text.Append(dialect.BlockClose);
            }
        }

        return text.ToString();
    }

    private static void WriteCall(StringBuilder text, TaggedDialect dialect, ParsedToolCall call)
    {
        text.Append(dialect.FunctionOpen).Append(call.Name).Append(dialect.FunctionOpenEnd).Append(dialect.TagSpace);
        foreach (var argument in JsonValues.Members(call.Arguments))
        {
            var isString = argument.Value.ValueKind == JsonValueKind.String;
            text.Append(dialect.BeforeValue(argument.Name, isString));
            text.Append(isString ? argument.Value.GetString() : argument.Value.GetRawText());
            text.Append(dialect.BehindValue);
        }

        text.Append(dialect.BehindArguments);
    }
}
