namespace LocalSlm.Tokenization.Patterns;

/// <summary>Runs all attempts side by side, each with the place where it began: slower than <see cref="LazyAutomaton"/>, but it
/// finds the leftmost match in one pass, whatever the pattern, and knows looks ahead of any length.</summary>
internal static class ThreadedMatcher
{
    /// <summary>Finds the leftmost match at or after a place, in time proportional to text times pattern.</summary>
    /// <param name="program">The pattern.</param>
    /// <param name="text">The text.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="holds">For each look ahead and place whether it holds.</param>
    /// <param name="index">The match's first character.</param>
    /// <param name="length">The match's length.</param>
    /// <returns>Whether there is a match.</returns>
    public static bool TryFind(
        PatternProgram program,
        ReadOnlySpan<char> text,
        int start,
        LookAheadTable holds,
        out int index,
        out int length
    )
    {
        var classes = program.Classes;
        var marks = new int[program.Code.Length];
        var mark = 0;
        var stack = new Stack<int>();
        var current = new List<(int Step, int Start)> { (program.Start, start) };
        var next = new List<(int Step, int Start)>();
        var takes = new List<(int Step, int Start)>();
        (index, length) = (-1, 0);
        for (var at = start; ; )
        {
            var before = program.SeesBefore ? classes.Before(text, at) : 0;
            var units = 0;
            var after = at < text.Length ? classes.At(text, at, out units) : classes.Count;
            mark++;
            takes.Clear();
            foreach (var (step, from) in current)
            {
                stack.Push(step);
                var isMatch = false;
                while (stack.TryPop(out var place))
                {
                    if (marks[place] == mark)
                    {
                        continue;
                    }

                    marks[place] = mark;
                    var instruction = program.Code[place];
                    switch (instruction.Operation)
                    {
                        case Operation.Take:
                            takes.Add((place, from));
                            break;
                        case Operation.Fork:
                            stack.Push(instruction.Argument);
                            stack.Push(instruction.Next);
                            break;
                        case Operation.Check when program.Checks[instruction.Argument].Holds(before, after):
                        case Operation.LookAhead when holds.Holds(instruction.Argument, at):
                            stack.Push(instruction.Next);
                            break;
                        case Operation.Match:
                            isMatch = true;
                            stack.Clear();
                            break;
                    }
                }

                if (isMatch)
                {
                    // What stands behind in order is worse than this match; what stands before may still become a better one.
                    (index, length) = (from, at - from);
                    break;
                }
            }

            if (units == 0)
            {
                return index >= 0;
            }

            next.Clear();
            mark++;
            foreach (var (step, from) in takes)
            {
                var instruction = program.Code[step];
                if (program.Members[instruction.Argument][after] && marks[instruction.Next] != mark)
                {
                    marks[instruction.Next] = mark;
                    next.Add((instruction.Next, from));
                }
            }

            at += units;
            if (index < 0)
            {
                next.Add((program.Start, at));
            }
            else if (next.Count == 0)
            {
                return index >= 0;
            }

            (current, next) = (next, current);
        }
    }
}
