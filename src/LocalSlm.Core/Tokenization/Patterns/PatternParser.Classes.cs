namespace LocalSlm.Tokenization.Patterns;

/// <content>Sets in brackets.</content>
internal sealed partial class PatternParser
{
    /// <summary>Reads a class behind its '['.</summary>
    private CodePointSet ParseClass()
    {
        if (++_depth > MostNesting)
        {
            throw Bad($"classes nested deeper than {MostNesting}");
        }

        var isNegative = Take("^");
        var ranges = new List<(int First, int Last)>();
        CodePointSet? intersection = null;
        var isFirst = true;
        while (true)
        {
            if (AtEnd)
            {
                throw Bad("a class without ']'");
            }

            var c = _pattern[_at];
            if (c == ']' && !isFirst)
            {
                _at++;
                break;
            }

            isFirst = false;
            if (c == '&' && Take("&&"))
            {
                intersection = Narrow(intersection, ranges);
                ranges = [];
                continue;
            }

            AddItem(c, ranges);
        }

        _depth--;
        var set = Narrow(intersection, ranges);

        // A class is folded before it is negated: '[^a]' in a part that ignores case takes no 'A'.
        if (_ignoreCase)
        {
            set = set.AddCases();
        }

        return isNegative ? set.Negate() : set;
    }

    private static CodePointSet Narrow(CodePointSet? intersection, List<(int First, int Last)> ranges)
    {
        var set = CodePointSet.Of(ranges);
        return intersection?.Intersect(set) ?? set;
    }

    private void AddItem(char c, List<(int First, int Last)> ranges)
    {
        if (c == '[')
        {
            _at++;
            ranges.AddRange(Take(":") ? ParsePosixClass() : ParseClass().Ranges);
            return;
        }

        var isEscape = c == '\\';
        CodePointSet first;
        if (isEscape)
        {
            _at++;
            first =
                AtEnd ? throw Bad("a '\\' at the end")
                : _pattern[_at] == 'b' ? Skip(CodePointSet.Of('\b'))
                : ParseEscapedSet();
        }
        else
        {
            first = CodePointSet.Of(ReadCodePoint());
        }

        var isSingle = first.Ranges is [var only] && only.First == only.Last;
        if (!isSingle || _at + 1 >= _pattern.Length || _pattern[_at] != '-' || _pattern[_at + 1] == ']')
        {
            ranges.AddRange(first.Ranges);
            return;
        }

        _at++;
        CodePointSet last;
        if (_pattern[_at] == '\\')
        {
            _at++;
            last = AtEnd ? throw Bad("a '\\' at the end") : ParseEscapedSet();
        }
        else if (_pattern[_at] == '[')
        {
            // A '-' before a nested class is itself.
            ranges.AddRange(first.Ranges);
            ranges.Add(('-', '-'));
            return;
        }
        else
        {
            last = CodePointSet.Of(ReadCodePoint());
        }

        if (last.Ranges is not [var end] || end.First != end.Last || end.First < first.Ranges[0].First)
        {
            throw Bad("a range whose end is before its start");
        }

        ranges.Add((first.Ranges[0].First, end.First));
    }

    private ReadOnlySpan<(int First, int Last)> ParsePosixClass()
    {
        var isNegative = Take("^");
        var end = _pattern.IndexOf(":]", _at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Bad("a class '[:' without ':]'");
        }

        var name = _pattern[_at..end];
        _at = end + 2;
        var set = UnicodeSets.Find(name) ?? throw Unsupported($"the class '[:{name}:]'");
        return (isNegative ? set.Negate() : set).Ranges;
    }
}
