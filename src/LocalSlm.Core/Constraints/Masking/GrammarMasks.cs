using LocalSlm.Constraints.Automaton;

namespace LocalSlm.Constraints.Masking;

/// <summary>Tells which tokens of a vocabulary a grammar allows, and keeps the answers with its states. Not safe for concurrent
/// use.</summary>
internal sealed class GrammarMasks
{
    /// <summary>The most configurations that one mask may take to compute; what is below it takes a second at most.</summary>
    private const long MostWork = 20_000_000;

    private readonly GrammarState[] _path;
    private readonly PlainStep _plainStep;

    public GrammarMasks(GrammarStates states, TokenVocabulary vocabulary)
    {
        States = states;
        Vocabulary = vocabulary;
        _plainStep = new PlainStep(states);
        _path = new GrammarState[vocabulary.All.Deepest + 1];
    }

    public GrammarStates States { get; }

    public TokenVocabulary Vocabulary { get; }

    /// <summary>Gets the tokens that may follow a state. Tokens that end generation are among them where the text is complete.</summary>
    /// <param name="state">The state.</param>
    /// <param name="ignoresSpace">Whether a space at the beginning of the token does not count.</param>
    /// <returns>A bit for each token; may be without any.</returns>
    /// <exception cref="GrammarException">The text can be read in too many ways.</exception>
    public ReadOnlySpan<ulong> Get(GrammarState state, bool ignoresSpace = false)
    {
        var masks = MasksOf(state);
        var representative = masks.Representative ??= States.Clamp(state, TokenVocabulary.LongestToken);
        masks = MasksOf(representative);
        return ignoresSpace
            ? masks.AllowedBehindSpace ??= Compute(representative, ignoresSpace: true)
            : masks.Allowed ??= Compute(representative, ignoresSpace: false);
    }

    /// <summary>Tells whether a token that begins with some bytes, and goes on, may stand where they begin.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="behind">The state behind them.</param>
    public bool CanGoOn(ReadOnlySpan<byte> bytes, GrammarState behind)
    {
        var node = Vocabulary.All.Find(bytes);
        if (node < 0 || behind.IsTerminal)
        {
            return false;
        }

        _path[bytes.Length] = behind;
        return Walk(Vocabulary.All, node + 1, Vocabulary.All.Ends[node], null);
    }

    private static StateMasks MasksOf(GrammarState state) => state.Masks ??= new StateMasks();

    private ulong[] Compute(GrammarState state, bool ignoresSpace)
    {
        var mask = new ulong[TokenMask.WordCount(Vocabulary.Size)];
        States.MaskBytes += 8L * mask.Length;
        _path[0] = state;
        if (!state.IsTerminal)
        {
            if (ignoresSpace)
            {
                WalkIgnoringSpace(state, mask);
            }
            else
            {
                WalkWithoutPlain(state, mask);
            }
        }

        foreach (var token in Vocabulary.EndTokens)
        {
            // The reply ends with it, whatever a grammar that names it would have behind it.
            if (state.IsComplete || States.Step(state, Vocabulary.GetBytes(token)).IsComplete)
            {
                TokenMask.Set(mask, token);
            }
            else
            {
                TokenMask.Clear(mask, token);
            }
        }

        return mask;
    }

    /// <summary>Walks the tokens, but takes those of plain characters together where all of them may follow, or none.</summary>
    private void WalkWithoutPlain(GrammarState state, ulong[] mask)
    {
        foreach (var plain in Vocabulary.Plain)
        {
            if (CountPlain(state, plain.Characters) is var count and > 0)
            {
                plain.UpTo(count).CopyTo(mask);
                Walk(plain.Others, 0, plain.Others.NodeCount, mask);
                return;
            }
        }

        Walk(Vocabulary.All, 0, Vocabulary.All.NodeCount, mask);
    }

    private void WalkIgnoringSpace(GrammarState state, ulong[] mask)
    {
        var all = Vocabulary.All;
        var space = all.Find(" "u8);
        if (space < 0)
        {
            Walk(all, 0, all.NodeCount, mask);
            return;
        }

        Walk(all, 0, space, mask);
        _path[1] = state;
        Walk(all, space + 1, all.Ends[space], mask);
        Walk(all, all.Ends[space], all.NodeCount, mask);
    }

    /// <summary>Walks nodes of a tree.</summary>
    /// <param name="trie">The tree.</param>
    /// <param name="node">The first node; the state above it stands in the path.</param>
    /// <param name="end">The node behind the last.</param>
    /// <param name="mask">Receives the tokens that are allowed; <see langword="null"/> to stop at the first.</param>
    /// <returns>Whether it stopped at a token.</returns>
    private bool Walk(TokenTrie trie, int node, int end, ulong[]? mask)
    {
        var limit = States.Work + MostWork;
        var classes = States.Grammar.ByteClasses;
        var values = trie.Values;
        var depths = trie.Depths;
        var ends = trie.Ends;
        var tokens = trie.Tokens;
        var path = _path.AsSpan();
        while (node < end)
        {
            var depth = depths[node];
            var above = path[depth - 1];
            var number = classes[values[node]];
            var state = above.Next[number] ?? Step(above, number, limit);
            if (state == GrammarState.Dead)
            {
                node = ends[node];
                continue;
            }

            if (tokens[node] >= 0)
            {
                if (mask is null)
                {
                    return true;
                }

                for (var token = tokens[node]; token >= 0; token = trie.SameBytes[token])
                {
                    TokenMask.Set(mask, token);
                }
            }

            path[depth] = state;
            node = state.IsTerminal ? ends[node] : node + 1;
        }

        return false;
    }

    private GrammarState Step(GrammarState state, byte number, long limit)
    {
        if (States.Work > limit)
        {
            throw new GrammarException(
                "grammar",
                "it takes too long to find what may follow. Make its alternatives differ earlier."
            );
        }

        States.ForgetIfFarTooLarge();
        return States.StepClass(state, number);
    }

    /// <summary>Counts how many plain characters may follow, whatever they are.</summary>
    /// <returns>The most; 0 if that does not tell which plain tokens are allowed.</returns>
    private int CountPlain(GrammarState state, PlainCharacters characters)
    {
        var count = 0;
        while (count < PlainText.MostCharacters)
        {
            var next = BehindPlain(state, characters);
            if (next == state)
            {
                return PlainText.MostCharacters;
            }

            if (next == GrammarState.Dead)
            {
                // Where some plain characters may follow and others not, the tokens must be walked.
                return AllowsNoPlain(state, characters) ? count : 0;
            }

            state = next;
            count++;
        }

        return count;
    }

    private GrammarState BehindPlain(GrammarState state, PlainCharacters characters)
    {
        var masks = MasksOf(state);
        return characters == PlainCharacters.OfJson
            ? masks.BehindJson ??= _plainStep.Find(state, characters)
            : masks.BehindWord ??= _plainStep.Find(state, characters);
    }

    private bool AllowsNoPlain(GrammarState state, PlainCharacters characters)
    {
        for (var b = 0x20; b <= 0xF4; b++)
        {
            if ((b >= 0xC2 || characters.HasAscii((byte)b)) && States.Step(state, (byte)b) != GrammarState.Dead)
            {
                return false;
            }
        }

        return true;
    }
}
