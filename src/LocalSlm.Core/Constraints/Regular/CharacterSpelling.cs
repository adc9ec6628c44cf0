namespace LocalSlm.Constraints.Regular;

/// <summary>Writes the characters on which a state goes on as bytes.</summary>
/// <param name="builder">Takes the states within characters.</param>
/// <param name="escaping">How they are spelled in a JSON string (RFC 8259, section 7); <see langword="null"/> for UTF-8 (RFC 3629).</param>
internal sealed class CharacterSpelling(ByteAutomatonBuilder builder, JsonEscaping? escaping)
{
    private static readonly (char CodePoint, char Letter)[] ShortEscapes =
    [
        ('\b', 'b'),
        ('\t', 't'),
        ('\n', 'n'),
        ('\f', 'f'),
        ('\r', 'r'),
        ('"', '"'),
        ('/', '/'),
        ('\\', '\\'),
    ];

    // The control characters without a short escape.
    private static readonly (int First, int Last)[] LongEscapes = [(0, 7), (11, 11), (14, 0x1F)];

    /// <summary>Gets the first bytes.</summary>
    /// <param name="edges">The characters, with the states behind them.</param>
    /// <returns>The bytes, with the states behind them.</returns>
    public List<ByteEdge> Write(ReadOnlySpan<CharEdge> edges)
    {
        var bytes = new List<ByteEdge>();
        AddUtf8(bytes, escaping is null ? edges : [.. Plain(edges)]);
        if (escaping is { } form && Escapes(edges, form) is { Count: > 0 } escapes)
        {
            bytes.Add(new((byte)'\\', (byte)'\\', builder.GetInner(escapes)));
        }

        return bytes;
    }

    private void AddUtf8(List<ByteEdge> bytes, ReadOnlySpan<CharEdge> edges)
    {
        // Lead byte, first and last code point, by the number of bytes behind the lead.
        ReadOnlySpan<(int Lead, int First, int Last)> lengths =
        [
            (0, 0, 0x7F),
            (0xC0, 0x80, 0x7FF),
            (0xE0, 0x800, 0xFFFF),
            (0xF0, 0x10000, 0x10FFFF),
        ];
        for (var tail = 0; tail < lengths.Length; tail++)
        {
            var (lead, first, last) = lengths[tail];
            Split(
                Clip(edges, first, last, 0),
                bits: 6 * tail,
                inner => Continuation(inner, tail - 1),
                (from, to, target) => bytes.Add(new((byte)(lead + from), (byte)(lead + to), target))
            );
        }
    }

    /// <summary>Gets the state before the last bytes of a character.</summary>
    /// <param name="edges">What the bits of these bytes lead to.</param>
    /// <param name="tail">How many bytes there are behind the next one.</param>
    private int Continuation(List<CharEdge> edges, int tail)
    {
        if (tail < 0)
        {
            return edges[0].Target;
        }

        var bytes = new List<ByteEdge>();
        Split(
            edges,
            bits: 6 * tail,
            inner => Continuation(inner, tail - 1),
            (from, to, target) => bytes.Add(new((byte)(0x80 + from), (byte)(0x80 + to), target))
        );
        return builder.GetInner(bytes);
    }

    /// <summary>What may stand behind a backslash.</summary>
    private List<ByteEdge> Escapes(ReadOnlySpan<CharEdge> edges, JsonEscaping form)
    {
        var result = new List<ByteEdge>();
        var numbers = new List<CharEdge>();
        foreach (var edge in edges)
        {
            foreach (var (codePoint, letter) in ShortEscapes)
            {
                if (edge.First <= codePoint && codePoint <= edge.Last && (codePoint != '/' || form == JsonEscaping.Any))
                {
                    result.Add(new((byte)letter, (byte)letter, edge.Target));
                }
            }

            if (form == JsonEscaping.Any)
            {
                numbers.Add(edge);
            }
            else
            {
                foreach (var (first, last) in LongEscapes)
                {
                    AddClipped(numbers, edge, first, last, 0);
                }
            }
        }

        if (numbers.Count > 0)
        {
            result.Add(new((byte)'u', (byte)'u', Numbers(numbers, form)));
        }

        return result;
    }

    /// <summary>Gets the state before the digits of <c>\uXXXX</c>.</summary>
    private int Numbers(List<CharEdge> edges, JsonEscaping form)
    {
        var units = Clip([.. edges], 0, 0xFFFF, 0);

        // A code point from U+10000 on is a high surrogate with its upper ten bits and a low one with the others.
        var pairs = new List<CharEdge>();
        Split(
            Clip([.. edges], 0x10000, 0x10FFFF, 0x10000),
            bits: 10,
            low =>
            {
                var digits = Digits(
                    [.. low.Select(edge => new CharEdge(edge.First + 0xDC00, edge.Last + 0xDC00, edge.Target))],
                    3,
                    form
                );
                var letter = builder.GetInner([new((byte)'u', (byte)'u', digits)]);
                return builder.GetInner([new((byte)'\\', (byte)'\\', letter)]);
            },
            (from, to, target) => pairs.Add(new(from + 0xD800, to + 0xD800, target))
        );
        units.AddRange(pairs);
        units.Sort(static (left, right) => left.First.CompareTo(right.First));
        return Digits(units, 3, form);
    }

    private int Digits(List<CharEdge> edges, int tail, JsonEscaping form)
    {
        if (tail < 0)
        {
            return edges[0].Target;
        }

        var bytes = new List<ByteEdge>();
        Split(edges, bits: 4 * tail, inner => Digits(inner, tail - 1, form), AddDigits);
        return builder.GetInner(bytes);

        void AddDigits(int from, int to, int target)
        {
            if (from <= 9)
            {
                bytes.Add(new((byte)('0' + from), (byte)('0' + Math.Min(to, 9)), target));
            }

            if (to >= 10)
            {
                var (first, last) = (Math.Max(from, 10) - 10, to - 10);
                bytes.Add(new((byte)('a' + first), (byte)('a' + last), target));
                if (form == JsonEscaping.Any)
                {
                    bytes.Add(new((byte)('A' + first), (byte)('A' + last), target));
                }
            }
        }
    }

    /// <summary>Gets the edges of the characters that may stand as they are.</summary>
    private static List<CharEdge> Plain(ReadOnlySpan<CharEdge> edges)
    {
        var plain = new List<CharEdge>(edges.Length + 2);
        foreach (var edge in edges)
        {
            AddClipped(plain, edge, 0x20, '"' - 1, 0);
            AddClipped(plain, edge, '"' + 1, '\\' - 1, 0);
            AddClipped(plain, edge, '\\' + 1, 0x10FFFF, 0);
        }

        return plain;
    }

    private static List<CharEdge> Clip(ReadOnlySpan<CharEdge> edges, int first, int last, int origin)
    {
        var result = new List<CharEdge>();
        foreach (var edge in edges)
        {
            AddClipped(result, edge, first, last, origin);
        }

        return result;
    }

    private static void AddClipped(List<CharEdge> edges, CharEdge edge, int first, int last, int origin)
    {
        if (edge.Last >= first && edge.First <= last)
        {
            edges.Add(new(Math.Max(edge.First, first) - origin, Math.Min(edge.Last, last) - origin, edge.Target));
        }
    }

    /// <summary>Cuts edges into blocks by their upper bits.</summary>
    /// <param name="edges">The edges, ascending.</param>
    /// <param name="bits">How many lower bits a block has.</param>
    /// <param name="inner">Gets the state for the lower bits of a block.</param>
    /// <param name="emit">Takes the first and the last of the upper bits, and the state for the lower ones.</param>
    private static void Split(
        List<CharEdge> edges,
        int bits,
        Func<List<CharEdge>, int> inner,
        Action<int, int, int> emit
    )
    {
        var mask = (1 << bits) - 1;
        var pending = new List<CharEdge>();
        var block = -1;
        foreach (var edge in edges)
        {
            for (var first = edge.First; first <= edge.Last; )
            {
                if (first >> bits != block)
                {
                    Flush();
                    block = first >> bits;
                }

                var fullBlocks = ((edge.Last + 1) >> bits) - block;
                if ((first & mask) == 0 && fullBlocks > 0)
                {
                    emit(block, block + fullBlocks - 1, inner([new(0, mask, edge.Target)]));
                    first = (block + fullBlocks) << bits;
                    block = -1;
                }
                else
                {
                    var last = Math.Min(edge.Last, (block << bits) | mask);
                    pending.Add(new(first & mask, last & mask, edge.Target));
                    first = last + 1;
                }
            }
        }

        Flush();

        void Flush()
        {
            if (pending.Count > 0)
            {
                emit(block, block, inner(pending));
                pending = [];
            }
        }
    }
}
