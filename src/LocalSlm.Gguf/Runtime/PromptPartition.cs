namespace LocalSlm.Gguf.Runtime;

/// <summary>Cuts a prompt at its special tokens, in llama.cpp's order (<c>tokenizer_st_partition</c> in llama-vocab.cpp, v0.4.0:
/// one token after the other, longest first, each over all the text that is left), except that a caller's text never makes a
/// token that marks structure.</summary>
internal static class PromptPartition
{
    /// <summary>Cuts a prompt.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="present">The special tokens that occur in it, longest first.</param>
    /// <returns>Text and tokens, in order.</returns>
    public static List<PromptFragment> Cut(PromptBytes prompt, List<SpecialToken> present)
    {
        var fragments = new List<PromptFragment>();
        if (prompt.Text.Length > 0)
        {
            fragments.Add(new PromptFragment(-1, 0, prompt.Text.Length));
        }

        foreach (var token in present)
        {
            var next = new List<PromptFragment>(fragments.Count + 8);
            foreach (var fragment in fragments)
            {
                if (fragment.IsText)
                {
                    CutText(prompt, token, fragment, next);
                }
                else
                {
                    next.Add(fragment);
                }
            }

            fragments = next;
        }

        return fragments;
    }

    /// <summary>Finds where text must be cut so that the native tokenizer, which looks for user-defined tokens in every text, does
    /// not find one in what a caller wrote.</summary>
    /// <param name="text">The text of one fragment.</param>
    /// <param name="present">The special tokens that occur in the prompt.</param>
    /// <param name="breaksStretches">Whether stretches that are too long for the native tokenizer are cut as well.</param>
    /// <returns>Offsets, ascending; none for almost every text.</returns>
    public static List<int> FindCuts(ReadOnlySpan<byte> text, List<SpecialToken> present, bool breaksStretches)
    {
        var cuts = new SortedSet<int>();
        if (breaksStretches)
        {
            LongStretch.AddCuts(text, cuts);
        }

        foreach (var token in present)
        {
            if (!token.MatchesAlways || !token.ControlOnly)
            {
                continue;
            }

            for (var from = 0; from < text.Length; )
            {
                var match = text[from..].IndexOf(token.Text);
                if (match < 0)
                {
                    break;
                }

                // Markers begin with a bracket, so the first byte is a whole character.
                from += match + 1;
                if (cuts.GetViewBetween(from, from + token.Text.Length - 2).Count == 0)
                {
                    cuts.Add(from);
                }
            }
        }

        return [.. cuts];
    }

    private static void CutText(
        PromptBytes prompt,
        SpecialToken token,
        PromptFragment fragment,
        List<PromptFragment> target
    )
    {
        var text = prompt.Text;
        var start = fragment.Start;
        var end = fragment.Start + fragment.Length;
        for (var from = start; ; )
        {
            var offset = text[from..end].IndexOf(token.Text);
            if (offset < 0)
            {
                break;
            }

            var match = from + offset;
            var matchEnd = match + token.Text.Length;
            if (token.ControlOnly && prompt.HasCallerText(match, matchEnd))
            {
                from = match + 1;
                continue;
            }

            var left = match;
            while (token.LeftStrip && left > start && IsSpace(text[left - 1]))
            {
                left--;
            }

            AddText(start, left);
            target.Add(new PromptFragment(token.Id, match, token.Text.Length));
            start = matchEnd;
            while (token.RightStrip && start < end && IsSpace(text[start]))
            {
                start++;
            }

            from = start;
        }

        AddText(start, end);

        void AddText(int first, int last)
        {
            if (last > first)
            {
                target.Add(new PromptFragment(-1, first, last - first));
            }
        }
    }

    /// <summary>C's <c>isspace</c> in the C locale.</summary>
    private static bool IsSpace(byte value) => value is (byte)' ' or (>= 9 and <= 13);
}
