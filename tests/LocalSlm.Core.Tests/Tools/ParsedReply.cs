using System.Text;
using LocalSlm.Tools;

namespace LocalSlm.Tests.Tools;

/// <summary>A whole reply as a parser told it apart: neighbouring pieces of one kind put together.</summary>
internal sealed record ParsedReply(IReadOnlyList<ReplyPart> Parts)
{
    public string Reasoning => Join(ReplyPartKind.Reasoning);

    public string Content => Join(ReplyPartKind.Text);

    public IReadOnlyList<ParsedToolCall> Calls =>
        [.. Parts.Where(static p => p.Kind == ReplyPartKind.Call).Select(static p => p.Call!)];

    public static ParsedReply Read(ToolFormat format, ReplyParserInput input, IEnumerable<string> pieces)
    {
        var parser = format.CreateParser(input);
        var parts = new List<ReplyPart>();
        foreach (string piece in pieces)
        {
            parser.Append(piece, parts);
        }

        parser.Complete(parts);
        return new ParsedReply(Merge(parts));
    }

    public static ParsedReply Read(ToolFormat format, ReplyParserInput input, string text) =>
        Read(format, input, [text]);

    /// <summary>Cuts a text into pieces of random lengths.</summary>
    public static IEnumerable<string> Cut(string text, Random random, int longest)
    {
        for (int at = 0; at < text.Length; )
        {
            int length = Math.Min(random.Next(1, longest + 1), text.Length - at);
            yield return text.Substring(at, length);
            at += length;
        }
    }

    public override string ToString() =>
        string.Join(
            "\n      ",
            Parts.Select(static p =>
                p.Call is { } call
                    ? $"call {call.Id} {call.Name} {call.Arguments} {call.Problem}"
                    : $"{p.Kind} {p.Text.Replace("\n", "\\n", StringComparison.Ordinal)}"
            )
        );

    public bool Equals(ParsedReply? other) => other is not null && Parts.SequenceEqual(other.Parts);

    public override int GetHashCode() => Parts.Count;

    private static List<ReplyPart> Merge(List<ReplyPart> parts)
    {
        var merged = new List<ReplyPart>();
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            Assert.Equal(part.Kind == ReplyPartKind.Call, part.Call is not null);
            Assert.Equal(part.Kind == ReplyPartKind.Call, part.Text.Length == 0);
            if (merged.Count > 0 && part.Kind != ReplyPartKind.Call && merged[^1].Kind == part.Kind)
            {
                text.Append(part.Text);
            }
            else
            {
                Close(merged, text);
                merged.Add(part);
                text.Append(part.Text);
            }
        }

        Close(merged, text);
        return merged;
    }

    private static void Close(List<ReplyPart> merged, StringBuilder text)
    {
        if (text.Length > 0)
        {
            merged[^1] = merged[^1] with { Text = text.ToString() };
            text.Clear();
        }
    }

    private string Join(ReplyPartKind kind) =>
        string.Concat(Parts.Where(p => p.Kind == kind).Select(static p => p.Text));
}
