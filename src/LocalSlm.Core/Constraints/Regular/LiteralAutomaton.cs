using System.Text;

namespace LocalSlm.Constraints.Regular;

/// <summary>Makes the automaton of a list of texts: sorted ones are added one after the other, and what is behind the fork with the
/// next one is made one with its equals (J. Daciuk et al., "Incremental Construction of Minimal Acyclic Finite-State Automata", 2000).</summary>
internal sealed class LiteralAutomaton
{
    private readonly Dictionary<Node, Node> _register = new(NodeComparer.Instance);
    private int _stateCount;

    private LiteralAutomaton() { }

    /// <summary>Makes it.</summary>
    /// <exception cref="GrammarException">A text holds a lone surrogate, or there are too many.</exception>
    public static CharAutomaton Build(IEnumerable<string> literals)
    {
        var texts = Read(literals);
        return texts.Count == 0 ? CharAutomaton.None : new LiteralAutomaton().Add(texts);
    }

    private static List<int[]> Read(IEnumerable<string> literals)
    {
        var texts = new List<int[]>();
        var total = 0L;
        foreach (var literal in literals)
        {
            total += literal.Length;
            if (total > RegularLimits.MostLiteralCharacters)
            {
                throw RegularLimits.TooLarge("choices", "characters", RegularLimits.MostLiteralCharacters);
            }

            var codePoints = new List<int>(literal.Length);
            for (var at = 0; at < literal.Length; )
            {
                if (
                    Rune.DecodeFromUtf16(literal.AsSpan(at), out var rune, out var length)
                    != System.Buffers.OperationStatus.Done
                )
                {
                    throw new GrammarException(
                        "choices",
                        "a choice holds a surrogate without its partner, which no text can hold. Take it out.",
                        at
                    );
                }

                codePoints.Add(rune.Value);
                at += length;
            }

            texts.Add([.. codePoints]);
        }

        // Code points order otherwise than UTF-16 units do.
        texts.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        return texts;
    }

    private CharAutomaton Add(List<int[]> texts)
    {
        var path = new List<Node> { new() };
        int[] before = [];
        foreach (var text in texts)
        {
            var shared = before.AsSpan().CommonPrefixLength(text);
            Close(path, shared + 1);
            for (var i = shared; i < text.Length; i++)
            {
                var node = new Node();
                path[^1].Edges.Add((text[i], node));
                path.Add(node);
            }

            path[^1].IsAccepting = true;
            before = text;
        }

        Close(path, 1);
        return Convert(path[0]);
    }

    /// <summary>Makes the nodes of the path from a depth on one with their equals, the deepest first.</summary>
    private void Close(List<Node> path, int depth)
    {
        for (var i = path.Count - 1; i >= depth; i--)
        {
            var node = path[i];
            if (_register.TryGetValue(node, out var equal))
            {
                var edges = path[i - 1].Edges;
                edges[^1] = (edges[^1].CodePoint, equal);
            }
            else
            {
                node.Number = ++_stateCount;
                _register.Add(node, node);
            }

            path.RemoveAt(i);
        }
    }

    private static CharAutomaton Convert(Node start)
    {
        var builder = new CharAutomatonBuilder("choices");
        var states = new Dictionary<Node, int>(ReferenceEqualityComparer.Instance);
        var open = new Queue<Node>();
        Reach(start);
        while (open.TryDequeue(out var node))
        {
            var state = states[node];
            foreach (var (codePoint, target) in node.Edges)
            {
                builder.AddEdge(state, codePoint, codePoint, Reach(target));
            }
        }

        return builder.Build(minimize: false);

        int Reach(Node node)
        {
            if (!states.TryGetValue(node, out var state))
            {
                state = builder.AddState(node.IsAccepting);
                states.Add(node, state);
                open.Enqueue(node);
            }

            return state;
        }
    }

    private sealed class Node
    {
        public readonly List<(int CodePoint, Node Target)> Edges = new(1);
        public bool IsAccepting;
        public int Number;
    }

    /// <summary>Compares nodes whose targets are one with their equals already.</summary>
    private sealed class NodeComparer : IEqualityComparer<Node>
    {
        public static readonly NodeComparer Instance = new();

        public bool Equals(Node? x, Node? y) =>
            ReferenceEquals(x, y)
            || (x!.IsAccepting == y!.IsAccepting && x.Edges.Count == y.Edges.Count && x.Edges.SequenceEqual(y.Edges));

        public int GetHashCode(Node obj)
        {
            var hash = new HashCode();
            hash.Add(obj.IsAccepting);
            foreach (var (codePoint, target) in obj.Edges)
            {
                hash.Add(codePoint);
                hash.Add(target.Number);
            }

            return hash.ToHashCode();
        }
    }
}
