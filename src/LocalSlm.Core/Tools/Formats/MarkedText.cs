using System.Buffers;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.Regular;

namespace LocalSlm.Tools;

/// <summary>Turns a text of a format into a grammar.</summary>
internal static class MarkedText
{
    private static readonly SearchValues<char> Capitals = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ_/");

    /// <summary>Makes the node of a text in which some parts may be control tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="markers">The parts that <see cref="ToolGrammarInput.Marker"/> decides on.</param>
    /// <param name="input">The input of the grammar.</param>
    public static GrammarNode ToNode(string text, IReadOnlyList<string> markers, ToolGrammarInput input)
    {
        var items = new List<GrammarNode>();
        while (text.Length > 0)
        {
            var (index, marker) = First(text, markers);
            if (index > 0)
            {
                items.Add(GrammarNode.Text(text[..index]));
            }

            if (marker.Length > 0)
            {
                items.Add(input.Marker(marker));
            }

            text = text[(index + marker.Length)..];
        }

        return GrammarNode.Sequence(items);
    }

    /// <summary>Finds the parts of a text that look like control tokens: <c>&lt;…&gt;</c> without white space, and capitals in square
    /// brackets.</summary>
    public static IEnumerable<string> FindTokens(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            int end = text[i] switch
            {
                '<' => text.IndexOf('>', i),
                '[' => text.IndexOf(']', i),
                _ => -1,
            };
            if (end < 0)
            {
                continue;
            }

            string token = text[i..(end + 1)];
            bool isToken =
                token.Length > 2
                && (
                    text[i] == '<'
                        ? !token.AsSpan(1).ContainsAny(" \n<")
                        : !token.AsSpan(1, token.Length - 2).ContainsAnyExcept(Capitals)
                );
            if (isToken)
            {
                yield return token;
                i = end;
            }
        }
    }

    /// <summary>Makes the node of the texts that match a pattern (ECMA-262, flag <c>u</c>).</summary>
    public static GrammarNode Matching(string pattern) =>
        GrammarNode.Automaton(CharAutomaton.FromPattern(pattern).ToUtf8());

    private static (int Index, string Marker) First(string text, IReadOnlyList<string> markers)
    {
        (int Index, string Marker) first = (text.Length, "");
        foreach (string marker in markers)
        {
            int index = text.IndexOf(marker, StringComparison.Ordinal);
            if (index >= 0 && (index < first.Index || (index == first.Index && marker.Length > first.Marker.Length)))
            {
                first = (index, marker);
            }
        }

        return first;
    }
}
