using System.Text;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Tokenization.Patterns;

namespace LocalSlm.Constraints.Regular;

/// <summary>A regular language: a deterministic finite automaton over Unicode scalar values (so never a lone surrogate). Every
/// state lies on a way from the start to acceptance. Immutable; safe to share.</summary>
internal sealed class CharAutomaton
{
    private readonly int[] _rows;
    private readonly CharEdge[] _edges;
    private readonly bool[] _accepting;
    private readonly Lazy<ByteAutomaton> _utf8;
    private readonly Lazy<ByteAutomaton>[] _json;

    /// <summary>Creates it; <see cref="CharAutomatonBuilder"/> sees to it that the parts fit.</summary>
    /// <param name="rows">Where each state's edges begin, and where the last one's end.</param>
    /// <param name="edges">The edges, each state's ascending.</param>
    /// <param name="accepting">Whether a text may end in the state.</param>
    public CharAutomaton(int[] rows, CharEdge[] edges, bool[] accepting)
    {
        (_rows, _edges, _accepting) = (rows, edges, accepting);
        _utf8 = new(() => ByteAutomatonCompiler.Compile(this, null));
        _json =
        [
            new(() => ByteAutomatonCompiler.Compile(this, JsonEscaping.Any)),
            new(() => ByteAutomatonCompiler.Compile(this, JsonEscaping.Needed)),
        ];
    }

    /// <summary>Gets the language without any text.</summary>
    public static CharAutomaton None { get; } = new([0], [], []);

    /// <summary>Gets the language of all texts.</summary>
    public static CharAutomaton Any { get; } = new([0, 2], [new(0, 0xD7FF, 0), new(0xE000, 0x10FFFF, 0)], [true]);

    /// <summary>Gets the language of all texts of one character.</summary>
    public static CharAutomaton AnyCharacter { get; } = FromLength(1, 1);

    /// <summary>Gets the number of states; 0 if no text is accepted. State 0 is the start.</summary>
    public int StateCount => _accepting.Length;

    /// <summary>Gets the number of edges.</summary>
    public int EdgeCount => _edges.Length;

    /// <summary>Gets whether no text is accepted.</summary>
    public bool IsEmpty => _accepting.Length == 0;

    /// <summary>Gets the language of a regular expression: ECMA-262 with the flag <c>u</c>, found anywhere in the text unless its
    /// anchors say otherwise, as JSON Schema has it.</summary>
    /// <exception cref="GrammarException">It is malformed, not regular, or too large.</exception>
    public static CharAutomaton FromPattern(string pattern) => PatternCompiler.Compile(pattern, search: true);

    /// <summary>Gets the language of some texts.</summary>
    /// <exception cref="GrammarException">One holds a lone surrogate, or there are too many.</exception>
    public static CharAutomaton FromLiterals(IEnumerable<string> literals) => LiteralAutomaton.Build(literals);

    /// <summary>Gets the texts of one character out of a set.</summary>
    public static CharAutomaton FromSet(CodePointSet set)
    {
        var builder = new CharAutomatonBuilder("regular expression");
        builder.AddState(accepting: false);
        builder.AddState(accepting: true);
        foreach (var (first, last) in set.Intersect(EcmaSets.Scalars).Ranges)
        {
            builder.AddEdge(0, first, last, 1);
        }

        return builder.Build(minimize: false);
    }

    /// <summary>Gets the texts of some length.</summary>
    /// <param name="min">The fewest characters (code points).</param>
    /// <param name="max">The most; <see langword="null"/> for any number.</param>
    /// <exception cref="GrammarException">More would have to be counted than there may be states.</exception>
    public static CharAutomaton FromLength(int min, int? max)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(min);
        if (max < min)
        {
            return None;
        }

        var builder = new CharAutomatonBuilder("length");
        var last = max ?? min;
        for (var length = 0; length <= last; length++)
        {
            builder.AddState(length >= min);
            if (length < last || max is null)
            {
                var target = length < last ? length + 1 : length;
                builder.AddEdge(length, 0, 0xD7FF, target);
                builder.AddEdge(length, 0xE000, 0x10FFFF, target);
            }
        }

        return builder.Build(minimize: false);
    }

    /// <summary>Gets the texts that either language has.</summary>
    public CharAutomaton Union(CharAutomaton other) =>
        AutomatonProduct.Combine(
            this,
            other,
            static (left, right) => left || right,
            needsLeft: false,
            needsRight: false
        );

    /// <summary>Gets the texts that both languages have.</summary>
    public CharAutomaton Intersect(CharAutomaton other) =>
        AutomatonProduct.Combine(this, other, static (left, right) => left && right, needsLeft: true, needsRight: true);

    /// <summary>Gets the texts that this language has and the other has not.</summary>
    public CharAutomaton Except(CharAutomaton other) =>
        AutomatonProduct.Combine(
            this,
            other,
            static (left, right) => left && !right,
            needsLeft: true,
            needsRight: false
        );

    /// <summary>Gets the texts that this language has not.</summary>
    public CharAutomaton Complement() => Any.Except(this);

    /// <summary>Tells whether a text belongs to the language. One with a lone surrogate never does.</summary>
    public bool Accepts(ReadOnlySpan<char> text)
    {
        var state = IsEmpty ? -1 : 0;
        while (state >= 0 && !text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var length) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            state = Next(state, rune.Value);
            text = text[length..];
        }

        return state >= 0 && _accepting[state];
    }

    /// <summary>Gets how many characters the shortest text has.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public int ShortestLength()
    {
        var depths = new int[StateCount];
        Array.Fill(depths, -1);
        var open = new Queue<int>();
        depths[0] = 0;
        open.Enqueue(0);
        while (open.TryDequeue(out var state))
        {
            if (_accepting[state])
            {
                return depths[state];
            }

            foreach (var edge in EdgesOf(state))
            {
                if (depths[edge.Target] < 0)
                {
                    depths[edge.Target] = depths[state] + 1;
                    open.Enqueue(edge.Target);
                }
            }
        }

        throw new InvalidOperationException("The language is empty.");
    }

    /// <summary>Gets the automaton over the bytes of the texts in UTF-8.</summary>
    public ByteAutomaton ToUtf8() => _utf8.Value;

    /// <summary>Gets the automaton over what stands between the quotes of a JSON string with such a text.</summary>
    /// <exception cref="GrammarException">It would be too large.</exception>
    public ByteAutomaton ToJsonString(JsonEscaping escaping = JsonEscaping.Any) => _json[(int)escaping].Value;

    /// <summary>Gets the next state, or -1.</summary>
    public int Next(int state, int codePoint)
    {
        var (low, high) = (_rows[state], _rows[state + 1] - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            ref readonly var edge = ref _edges[middle];
            if (codePoint < edge.First)
            {
                high = middle - 1;
            }
            else if (codePoint > edge.Last)
            {
                low = middle + 1;
            }
            else
            {
                return edge.Target;
            }
        }

        return -1;
    }

    /// <summary>Tells whether a text may end in a state.</summary>
    public bool IsAccepting(int state) => _accepting[state];

    /// <summary>Gets the edges of a state, ascending and without overlap; none for -1.</summary>
    public ReadOnlySpan<CharEdge> EdgesOf(int state) =>
        state < 0 ? default : _edges.AsSpan(_rows[state].._rows[state + 1]);
}
