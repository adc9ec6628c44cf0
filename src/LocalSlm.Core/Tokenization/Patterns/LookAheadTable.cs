using System.Collections;

namespace LocalSlm.Tokenization.Patterns;

/// <summary>For each look ahead of a pattern, at which places of a text it holds; found in one pass from the end.</summary>
internal sealed class LookAheadTable
{
    private readonly BitArray[] _holds;
    private readonly int _first;

    public LookAheadTable(PatternProgram program, ReadOnlySpan<char> text, int first)
    {
        _first = first;
        _holds = new BitArray[program.LookAheads.Length];
        for (var i = 0; i < _holds.Length; i++)
        {
            _holds[i] = Find(program, program.LookAheads[i], text);
        }
    }

    public bool Holds(int lookAhead, int place) => _holds[lookAhead][place - _first];

    private BitArray Find(PatternProgram program, LookAheadProgram lookAhead, ReadOnlySpan<char> text)
    {
        var count = lookAhead.End - lookAhead.First;
        var origins = FindOrigins(program, lookAhead);
        var result = new BitArray(text.Length - _first + 1);
        var matches = new bool[count];
        var later = new bool[count];
        var queue = new Stack<int>();
        var place = text.Length;
        var after = program.Classes.Count;
        while (true)
        {
            var before = program.SeesBefore ? program.Classes.Before(text, place) : 0;
            Array.Clear(matches);
            for (var i = 0; i < count; i++)
            {
                var instruction = program.Code[lookAhead.First + i];
                var isSeed = instruction.Operation switch
                {
                    Operation.Match => true,
                    Operation.Take => after != program.Classes.Count
                        && program.Members[instruction.Argument][after]
                        && later[instruction.Next - lookAhead.First],
                    _ => false,
                };
                if (isSeed && !matches[i])
                {
                    matches[i] = true;
                    queue.Push(i);
                }
            }

            // Back along the steps that take nothing.
            while (queue.TryPop(out var step))
            {
                foreach (var origin in origins[step])
                {
                    var instruction = program.Code[lookAhead.First + origin];
                    var isOpen = instruction.Operation switch
                    {
                        Operation.Fork => true,
                        Operation.Check => program.Checks[instruction.Argument].Holds(before, after),
                        _ => Holds(instruction.Argument, place),
                    };
                    if (isOpen && !matches[origin])
                    {
                        matches[origin] = true;
                        queue.Push(origin);
                    }
                }
            }

            result[place - _first] = matches[lookAhead.Start - lookAhead.First] != lookAhead.IsNegative;
            if (place == _first)
            {
                return result;
            }

            place--;
            if (place > _first && char.IsLowSurrogate(text[place]) && char.IsHighSurrogate(text[place - 1]))
            {
                place--;
            }

            after = program.Classes.At(text, place, out _);
            (matches, later) = (later, matches);
        }
    }

    private static List<int>[] FindOrigins(PatternProgram program, LookAheadProgram lookAhead)
    {
        var origins = new List<int>[lookAhead.End - lookAhead.First];
        for (var i = 0; i < origins.Length; i++)
        {
            origins[i] = [];
        }

        for (var i = 0; i < origins.Length; i++)
        {
            var instruction = program.Code[lookAhead.First + i];
            if (instruction.Operation is Operation.Match or Operation.Take)
            {
                continue;
            }

            origins[instruction.Next - lookAhead.First].Add(i);
            if (instruction.Operation == Operation.Fork)
            {
                origins[instruction.Argument - lookAhead.First].Add(i);
            }
        }

        return origins;
    }
}
