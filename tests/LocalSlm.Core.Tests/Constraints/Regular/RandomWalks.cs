using System.Text;
using LocalSlm.Constraints.Regular;

namespace LocalSlm.Tests.Constraints.Regular;

/// <summary>Texts of a language at random.</summary>
internal static class RandomWalks
{
    /// <summary>Walks at random, and ends with some chance where it may.</summary>
    public static string Text(CharAutomaton automaton, Random random)
    {
        var text = new StringBuilder();
        for (var state = 0; ; )
        {
            var edges = automaton.EdgesOf(state);
            if (automaton.IsAccepting(state) && (edges.IsEmpty || random.Next(8) == 0))
            {
                return text.ToString();
            }

            var edge = edges[random.Next(edges.Length)];
            text.Append(new Rune(random.Next(edge.First, edge.Last + 1)).ToString());
            state = edge.Target;
        }
    }
}
