using System.Text;
using LocalSlm.Constraints.Automaton;

namespace LocalSlm.Tests.Tools;

/// <summary>Random texts out of grammars of calls.</summary>
internal static class CallGrammarWalk
{
    /// <summary>Walks through a grammar at random until the text may end; a long text ends the shortest way.</summary>
    public static string Walk(CompiledGrammar grammar, Random random, int longest)
    {
        var matcher = new GrammarMatcher(grammar);
        var bytes = new List<byte>();
        byte[] order = [.. Enumerable.Range(0, 256).Select(static b => (byte)b)];
        while (!matcher.IsTerminal && !(matcher.IsComplete && random.Next(3) == 0))
        {
            if (bytes.Count >= longest)
            {
                bytes.AddRange(ShortestEnd(matcher));
                break;
            }

            random.Shuffle(order);
            IEnumerable<byte> preferred = random.Next(4) == 0 ? [.. "\"}"u8, .. order] : order;
            bytes.Add(preferred.First(b => matcher.TryAdvance([b])));
        }

        return new UTF8Encoding(false, true).GetString([.. bytes]);
    }

    private static byte[] ShortestEnd(GrammarMatcher start)
    {
        var seen = new HashSet<GrammarState> { start.State };
        var queue = new Queue<(GrammarMatcher Matcher, byte[] Bytes)>([(start, [])]);
        while (queue.TryDequeue(out var place))
        {
            if (place.Matcher.IsComplete)
            {
                return place.Bytes;
            }

            for (int b = 0; b < 256; b++)
            {
                var next = place.Matcher.Clone();
                if (next.TryAdvance([(byte)b]) && seen.Add(next.State))
                {
                    queue.Enqueue((next, [.. place.Bytes, (byte)b]));
                }
            }
        }

        throw new InvalidOperationException("The grammar has no end.");
    }
}
