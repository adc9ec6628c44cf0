namespace LocalSlm.Tokenization.Patterns;

/// <summary>A regular expression. Safe for concurrent use.</summary>
internal sealed class RegexPattern : ITextPattern
{
    private readonly PatternProgram _program;
    private readonly CharacterClasses _classes;
    private readonly LazyAutomaton? _automaton;

    public RegexPattern(string pattern)
    {
        _program = PatternProgram.Compile(pattern);
        _classes = _program.Classes;
        _automaton = _program.LookAheads.Length == 0 ? new LazyAutomaton(_program) : null;
    }

    /// <inheritdoc/>
    public bool TryFind(ReadOnlySpan<char> text, int start, out int index, out int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start, (uint)text.Length, nameof(start));
        var holds = _automaton is null ? new LookAheadTable(_program, text, start) : null;
        return TryFind(text, start, holds, null, out index, out length);
    }

    /// <inheritdoc/>
    public void FindAll(ReadOnlySpan<char> text, List<Range> matches)
    {
        var holds = _automaton is null ? new LookAheadTable(_program, text, 0) : null;
        var memory = _automaton is null ? null : new FruitlessSearches();
        var lastEnd = -1;
        for (var at = 0; at <= text.Length; )
        {
            if (!TryFind(text, at, holds, memory, out var index, out var length))
            {
                return;
            }

            // An empty match right behind a match is none.
            if (length == 0 && index == lastEnd)
            {
                at = index + UnitsAt(text, index);
                continue;
            }

            matches.Add(index..(index + length));
            lastEnd = index + length;
            at = lastEnd;
        }
    }

    /// <summary>Tells how long the match is that begins at a place.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the match must begin.</param>
    /// <param name="memory">What earlier calls on the same text found out, so that all calls together stay linear.</param>
    /// <param name="seen">One more than the last place that was looked at.</param>
    /// <returns>The length in UTF-16 units, or -1.</returns>
    public int MatchAt(ReadOnlySpan<char> text, int start, FruitlessSearches? memory, out int seen)
    {
        var automaton = _automaton!;
        var state = automaton.Start(_program.SeesBefore ? _classes.Before(text, start) : 0);
        var basic = _classes.Basic;
        var length = -1;
        var at = start;
        var lookAt = memory is null ? int.MaxValue : NextLook(start);
        while (at < text.Length)
        {
            var units = 1;
            int c = text[at];
            c = char.IsHighSurrogate((char)c) ? _classes.At(text, at, out units) : basic[c];
            state = state.Next[c] ?? automaton.Step(state, c);
            if (state.IsMatch)
            {
                length = at - start;
            }

            if (state.IsDead)
            {
                seen = at + units;
                memory?.Keep(start + Math.Max(length, 0));
                return length;
            }

            at += units;
            if (at >= lookAt)
            {
                // Has an earlier search been in this state here, to no end?
                lookAt = NextLook(at);
                if (memory!.Contains(at, state, start + length))
                {
                    seen = at;
                    memory.Keep(start + Math.Max(length, 0));
                    return length;
                }
            }
        }

        seen = at;
        if (at == text.Length)
        {
            state = automaton.Step(state, _classes.Count);
            if (state.IsMatch)
            {
                length = at - start;
            }
        }

        memory?.Keep(start + Math.Max(length, 0));
        return length;
    }

    /// <summary>Gets whether <see cref="MatchAt"/> can be asked.</summary>
    public bool IsAutomaton => _automaton is not null;

    /// <summary>Finds the leftmost match at or after a place.</summary>
    public bool TryFind(
        ReadOnlySpan<char> text,
        int start,
        LookAheadTable? holds,
        FruitlessSearches? memory,
        out int index,
        out int length
    )
    {
        if (holds is not null)
        {
            return ThreadedMatcher.TryFind(_program, text, start, holds, out index, out length);
        }

        // One attempt after the other is fast where attempts fail soon. Where they do not, the later ones learn from them.
        var budget = 4_096L;
        for (var at = start; at <= text.Length; at += UnitsAt(text, at))
        {
            length = MatchAt(text, at, memory, out var seen);
            if (length >= 0)
            {
                index = at;
                return true;
            }

            budget += 8 - (seen - at);
            if (budget < 0)
            {
                memory ??= new FruitlessSearches();
            }
        }

        (index, length) = (-1, 0);
        return false;
    }

    /// <summary>All searches look at the same places.</summary>
    private static int NextLook(int at) => (at / FruitlessSearches.Patience + 1) * FruitlessSearches.Patience;

    private static int UnitsAt(ReadOnlySpan<char> text, int index) =>
        index + 1 < text.Length && char.IsHighSurrogate(text[index]) && char.IsLowSurrogate(text[index + 1]) ? 2 : 1;
}
