using System.Buffers;

namespace LocalSlm.Gguf.Runtime;

/// <summary>All special tokens of a vocabulary, and a quick way to tell which of them occur in a text. Immutable.</summary>
internal sealed class SpecialTokenIndex
{
    private readonly SpecialToken[] _tokens;
    private readonly Dictionary<(int Node, byte Value), int> _edges = [];
    private readonly List<int> _tokenAt = [-1];
    private readonly SearchValues<byte> _starts;

    public SpecialTokenIndex(IEnumerable<SpecialToken> tokens)
    {
        // Longest first, as llama.cpp does (the sort of cache_special_tokens in llama-vocab.cpp, v0.4.0).
        _tokens = [.. tokens.OrderByDescending(token => token.Text.Length)];
        for (var i = _tokens.Length - 1; i >= 0; i--)
        {
            var node = 0;
            foreach (var value in _tokens[i].Text)
            {
                if (!_edges.TryGetValue((node, value), out var next))
                {
                    next = _tokenAt.Count;
                    _tokenAt.Add(-1);
                    _edges.Add((node, value), next);
                }

                node = next;
            }

            _tokenAt[node] = i;
        }

        _starts = SearchValues.Create([.. _tokens.Select(token => token.Text[0]).Distinct()]);
    }

    /// <summary>Finds the special tokens that occur in a text, longest first.</summary>
    public List<SpecialToken> FindIn(ReadOnlySpan<byte> text)
    {
        var found = new SortedSet<int>();
        for (var start = 0; start < text.Length; start++)
        {
            var skip = text[start..].IndexOfAny(_starts);
            if (skip < 0)
            {
                break;
            }

            start += skip;
            var node = 0;
            for (var i = start; i < text.Length && _edges.TryGetValue((node, text[i]), out node); i++)
            {
                if (_tokenAt[node] >= 0)
                {
                    found.Add(_tokenAt[node]);
                }
            }
        }

        return [.. found.Select(index => _tokens[index])];
    }
}
