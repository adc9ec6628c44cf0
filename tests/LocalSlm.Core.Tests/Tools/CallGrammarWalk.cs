using System.Text;
using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.JsonSchema;
using LocalSlm.Tools;

namespace LocalSlm.Tests.Tools;

/// <summary>Grammars of calls over plain text, and random texts out of them.</summary>
internal static class CallGrammarWalk
{
    private static readonly JsonSchemaSettings Settings = new() { Whitespace = JsonWhitespace.Bounded };

    public static ToolGrammarInput Input(IReadOnlyList<ToolDescription> tools, bool several = true) =>
        new()
        {
            Tools = tools,
            AllowsSeveralCalls = several,
            Marker = GrammarNode.Text,
            JsonArguments = static tool => JsonSchemaCompiler.Compile(tool.Parameters, Settings),
            JsonValue = static schema => JsonSchemaCompiler.Compile(schema, Settings),
        };

    /// <summary>Tells whether a grammar accepts a text as a whole.</summary>
    public static bool Accepts(GrammarNode grammar, string text)
    {
        var matcher = new GrammarMatcher(CompiledGrammar.Compile(grammar));
        return matcher.TryAdvance(Encoding.UTF8.GetBytes(text)) && matcher.IsComplete;
    }

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
