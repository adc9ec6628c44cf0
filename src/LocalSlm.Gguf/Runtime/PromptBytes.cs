using System.Text;

namespace LocalSlm.Gguf.Runtime;

/// <summary>A prompt as UTF-8, with the ranges that came from a caller. Surrogates without a partner become U+FFFD.</summary>
internal sealed class PromptBytes
{
    private readonly byte[] _bytes;
    private readonly int _length;

    // Sorted, apart from each other: start and end of each range of a caller's text.
    private readonly List<(int Start, int End)> _callerRanges = [];

    public PromptBytes(IReadOnlyList<PromptSpan> prompt)
    {
        long capacity = 0;
        foreach (var span in prompt)
        {
            // At most three bytes for each UTF-16 unit, and one replaced surrogate may be left over from the span before.
            capacity += (3L * span.Text.Length) + 3;
        }

        if (capacity > Array.MaxLength)
        {
            throw new ArgumentException(
                $"The prompt is {capacity / 3} characters; at most {Array.MaxLength / 3} can be tokenised. Shorten it.",
                nameof(prompt)
            );
        }

        _bytes = GC.AllocateUninitializedArray<byte>((int)capacity);
        var encoder = Encoding.UTF8.GetEncoder();
        for (var i = 0; i < prompt.Count; i++)
        {
            // One encoder for all spans: a character whose two halves lie in two spans stays whole.
            var start = _length;
            _length += encoder.GetBytes(prompt[i].Text, _bytes.AsSpan(start), flush: i == prompt.Count - 1);
            if (!prompt[i].IsControl && _length > start)
            {
                AddCallerRange(start, _length);
            }
        }
    }

    public ReadOnlySpan<byte> Text => _bytes.AsSpan(0, _length);

    /// <summary>Tells whether any byte of a range came from a caller.</summary>
    public bool HasCallerText(int start, int end)
    {
        // Binary search for the first range that ends after the start.
        var low = 0;
        var high = _callerRanges.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_callerRanges[middle].End <= start)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < _callerRanges.Count && _callerRanges[low].Start < end;
    }

    private void AddCallerRange(int start, int end)
    {
        if (_callerRanges.Count > 0 && _callerRanges[^1].End == start)
        {
            _callerRanges[^1] = (_callerRanges[^1].Start, end);
        }
        else
        {
            _callerRanges.Add((start, end));
        }
    }
}
