using System.Collections.Concurrent;
using LocalSlm.Tokenization.Unicode;

namespace LocalSlm.Tokenization.PostProcessing;

/// <summary>Takes the white space at a token's ends out of its offsets. (Behaviour as of Hugging Face tokenizers 0.23,
/// <c>byte_level::process_offsets</c>.)</summary>
/// <param name="getName">Gives a token as the vocabulary spells it.</param>
/// <param name="addsPrefixSpace">Whether the pre-tokenizer puts a space before the text, which has no offsets.</param>
internal sealed class OffsetTrimming(Func<int, string?> getName, bool addsPrefixSpace)
{
    /// <summary>The letter that stands for the byte of a space (GPT-2's byte letters).</summary>
    private const char SpaceLetter = '\u0120';

    private readonly ConcurrentDictionary<int, (int Leading, int Trailing)> _spaces = new();

    /// <summary>Trims the offsets of texts.</summary>
    /// <param name="parts">The texts.</param>
    public void Apply(IReadOnlyList<EncodingPart> parts)
    {
        foreach (var part in parts)
        {
            if (part.Text is { } text && text.Offsets.Count == text.Ids.Count)
            {
                Trim(text);
            }
        }
    }

    private void Trim(Encoding text)
    {
        for (var i = 0; i < text.Ids.Count; i++)
        {
            var (leading, trailing) = text.Texts[i] is { } own
                ? CountSpaces(own)
                : _spaces.GetOrAdd(text.Ids[i], Count);
            var (start, end) = (text.Offsets[i].Start.Value, text.Offsets[i].End.Value);
            if (leading > 0)
            {
                // One leading space at the very start is the one that was put there.
                var isOwn = (i == 0 || start == 0) && addsPrefixSpace && leading == 1;
                start = Math.Min(start + (isOwn ? 0 : leading), end);
            }

            if (trailing > 0 && end >= trailing)
            {
                end = Math.Max(end - trailing, start);
            }

            text.Offsets[i] = start..end;
        }
    }

    private (int Leading, int Trailing) Count(int token) => CountSpaces(getName(token) ?? "");

    private static (int Leading, int Trailing) CountSpaces(string name)
    {
        var leading = 0;
        while (leading < name.Length && IsSpace(name[leading]))
        {
            leading++;
        }

        var trailing = 0;
        while (trailing < name.Length && IsSpace(name[^(trailing + 1)]))
        {
            trailing++;
        }

        return (leading, trailing);
    }

    private static bool IsSpace(char c) => c == SpaceLetter || Categories.IsWhiteSpace(c);
}
