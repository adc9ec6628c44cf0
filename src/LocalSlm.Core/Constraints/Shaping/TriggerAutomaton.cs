using System.Text;

namespace LocalSlm.Constraints.Shaping;

/// <summary>Finds triggers in bytes as they come: the one that is complete first, of several the longest. Immutable.</summary>
/// <remarks>The automaton of Aho and Corasick (1975), with failure links resolved. Triggers that count at the start alone have a tree of
/// their own.</remarks>
internal sealed class TriggerAutomaton
{
    /// <summary>The state before the first byte, of both trees.</summary>
    public const int Start = 0;

    /// <summary>The state of the second tree once no trigger at the start is possible any more.</summary>
    public const int Missed = -1;

    private readonly byte[] _classes = new byte[256];
    private readonly int _classCount;
    private readonly int[] _next;
    private readonly PhaseTrigger?[] _found;
    private readonly int[] _startNext;
    private readonly PhaseTrigger?[] _startFound;

    public TriggerAutomaton(IReadOnlyList<PhaseTrigger> triggers)
    {
        var all = triggers.Select(static trigger => (Bytes: Encoding.UTF8.GetBytes(trigger.Text), trigger)).ToList();
        _classCount = 1;
        foreach (var value in all.SelectMany(static item => item.Bytes).Distinct())
        {
            // UTF-8 holds fewer than 255 different bytes.
            _classes[value] = (byte)_classCount++;
        }

        (_next, _found) = BuildTree([.. all.Where(static item => !item.trigger.AtStart)]);
        (_startNext, _startFound) = BuildTree([.. all.Where(static item => item.trigger.AtStart)]);
        AddFailures(_next, _found);
    }

    /// <summary>Takes one byte.</summary>
    /// <param name="value">The byte.</param>
    /// <param name="state">The state; changed.</param>
    /// <param name="startState">The state of the tree for the start; changed.</param>
    /// <returns>The trigger that is complete; <see langword="null"/> if there is none.</returns>
    public PhaseTrigger? Advance(byte value, ref int state, ref int startState)
    {
        var number = _classes[value];
        state = _next[(state * _classCount) + number];
        if (startState == Missed)
        {
            return _found[state];
        }

        var next = _startNext[(startState * _classCount) + number];
        var isLeading = startState == Start && value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
        startState =
            next > 0 ? next
            : isLeading ? Start
            : Missed;
        return startState > 0 && _startFound[startState] is { } found ? found : _found[state];
    }

    private (int[] Next, PhaseTrigger?[] Found) BuildTree(List<(byte[] Bytes, PhaseTrigger Trigger)> triggers)
    {
        var next = new List<int>(new int[_classCount]);
        var found = new List<PhaseTrigger?> { null };
        foreach (var (bytes, trigger) in triggers)
        {
            var node = 0;
            foreach (var value in bytes)
            {
                var at = (node * _classCount) + _classes[value];
                if (next[at] == 0)
                {
                    next[at] = found.Count;
                    found.Add(null);
                    next.AddRange(new int[_classCount]);
                }

                node = next[at];
            }

            found[node] ??= trigger;
        }

        return ([.. next], [.. found]);
    }

    // Nodes are met level by level, so the node that a failure leads to is finished already.
    private void AddFailures(int[] next, PhaseTrigger?[] found)
    {
        var failures = new int[found.Length];
        var queue = new Queue<int>();
        for (var number = 0; number < _classCount; number++)
        {
            if (next[number] != 0)
            {
                queue.Enqueue(next[number]);
            }
        }

        while (queue.TryDequeue(out var node))
        {
            found[node] ??= found[failures[node]];
            for (var number = 0; number < _classCount; number++)
            {
                var at = (node * _classCount) + number;
                var behindFailure = next[(failures[node] * _classCount) + number];
                if (next[at] == 0)
                {
                    next[at] = behindFailure;
                }
                else
                {
                    failures[next[at]] = behindFailure;
                    queue.Enqueue(next[at]);
                }
            }
        }
    }
}
