namespace LocalSlm.Tokenization.Normalization;

/// <summary>Takes characters out of a text.</summary>
internal static class TextFilter
{
    /// <summary>Takes out the code points that a condition names.</summary>
    /// <param name="text">The text.</param>
    /// <param name="removes">The condition.</param>
    public static void Remove(AlignedText text, Func<int, bool> removes)
    {
        var taken = 0;
        var changed = false;
        for (var i = 0; i < text.Length; )
        {
            if (!removes(text.CodePointAt(i, out var length)))
            {
                i += length;
                continue;
            }

            if (!changed)
            {
                text.BeginChange();
                changed = true;
            }

            text.Take(taken, i - taken);
            taken = i += length;
        }

        if (changed)
        {
            text.Take(taken, text.Length - taken);
            text.EndChange();
        }
    }
}
