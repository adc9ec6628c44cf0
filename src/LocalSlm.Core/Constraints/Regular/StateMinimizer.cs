namespace LocalSlm.Constraints.Regular;

/// <summary>Finds the states of a deterministic automaton that accept the same texts, in time proportional to its transitions, but
/// for a logarithm.</summary>
internal static class StateMinimizer
{
    /// <summary>Finds equal states.</summary>
    /// <param name="accepting">Whether a text may end in each state. Every state must be able to reach such a one.</param>
    /// <param name="tails">For each transition, the state that it leaves.</param>
    /// <param name="labels">For each transition, its class; transitions of one state have different ones.</param>
    /// <param name="heads">For each transition, the state that it reaches.</param>
    /// <returns>For each state, the number of the set of its equals.</returns>
    public static int[] FindEqual(bool[] accepting, int[] tails, int[] labels, int[] heads)
    {
        var blocks = new Partition(accepting.Length);
        for (var state = 0; state < accepting.Length; state++)
        {
            if (accepting[state])
            {
                blocks.Mark(state);
            }
        }

        blocks.Split();
        var cords = new Partition(labels);
        var (offsets, incoming) = ByHead(accepting.Length, heads);
        var nextBlock = 1;
        for (var cord = 0; cord < cords.Count; cord++)
        {
            foreach (var transition in cords.Members(cord))
            {
                blocks.Mark(tails[transition]);
            }

            blocks.Split();
            for (; nextBlock < blocks.Count; nextBlock++)
            {
                foreach (var state in blocks.Members(nextBlock))
                {
                    foreach (var transition in incoming.AsSpan(offsets[state]..offsets[state + 1]))
                    {
                        cords.Mark(transition);
                    }
                }

                cords.Split();
            }
        }

        var result = new int[accepting.Length];
        for (var state = 0; state < result.Length; state++)
        {
            result[state] = blocks[state];
        }

        return result;
    }

    private static (int[] Offsets, int[] Transitions) ByHead(int stateCount, int[] heads)
    {
        var offsets = new int[stateCount + 1];
        foreach (var head in heads)
        {
            offsets[head + 1]++;
        }

        for (var state = 0; state < stateCount; state++)
        {
            offsets[state + 1] += offsets[state];
        }

        var places = (int[])offsets.Clone();
        var transitions = new int[heads.Length];
        for (var i = 0; i < heads.Length; i++)
        {
            transitions[places[heads[i]]++] = i;
        }

        return (offsets, transitions);
    }
}
