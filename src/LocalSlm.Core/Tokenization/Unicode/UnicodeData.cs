namespace LocalSlm.Tokenization.Unicode;

/// <summary>What tokenizers need of the Unicode Character Database and .NET does not give where globalisation is invariant:
/// decompositions, combining classes, compositions, lower case, scripts. <c>eng/unicode/generate.mjs</c> writes the data.</summary>
/// <remarks>Format of <c>unicode.bin</c>: "LSU1"; major and minor version of Unicode; then numbers of 7 bits a byte, low bits
/// first. Runs of equal values (a count; then for each the gap to the last one's end, the length, the value times two or its
/// negative less one) for combining classes (their rank), later for lower case (the difference) and scripts; before these
/// two the canonical and the compatibility decompositions, complete ones (a count; gap, length, code points), and the
/// compositions (a count; first, second, result).</remarks>
internal static class UnicodeData
{
    /// <summary>The first code point of Hangul syllables.</summary>
    internal const int HangulBase = 0xAC00;

    /// <summary>How many Hangul syllables there are (The Unicode Standard, 3.12).</summary>
    internal const int HangulCount = 11172;

    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TailCount = 28;

    private static readonly CodePointTable<byte> Classes = new();
    private static readonly CodePointTable<int> Canonical = new();
    private static readonly CodePointTable<int> Compatible = new();
    private static readonly CodePointTable<int> LowerDifferences = new();
    private static readonly CodePointTable<byte> Scripts = new();
    private static readonly CodePointTable<CodePointTraits> AllTraits = new();
    private static readonly Dictionary<long, int> Compositions = [];
    private static readonly int[] Parts;

#pragma warning disable CA1810 // The tables are read together, from one resource.
    static UnicodeData()
#pragma warning restore CA1810
    {
        using var stream =
            typeof(UnicodeData).Assembly.GetManifestResourceStream("LocalSlm.Tokenization.Unicode.unicode.bin")
            ?? throw new InvalidOperationException("The resource unicode.bin is missing from LocalSlm.Core.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        if (!bytes.AsSpan().StartsWith("LSU1"u8))
        {
            throw new InvalidOperationException("The resource unicode.bin of LocalSlm.Core is damaged.");
        }

        Version = new Version(bytes[4], bytes[5]);
        var reader = new NumberReader(bytes, 6);
        List<int> parts = [];
        var end = reader.ReadRuns((codePoint, value) => Classes.Set(codePoint, (byte)value));
        end = Math.Max(end, ReadDecompositions(reader, Canonical, parts));
        end = Math.Max(end, ReadDecompositions(reader, Compatible, parts));
        for (var n = reader.Read(); n > 0; n--)
        {
            var first = reader.Read();
            var second = reader.Read();
            Compositions.Add(((long)first << 32) | (uint)second, reader.Read());
        }

        reader.ReadRuns(LowerDifferences.Set);
        reader.ReadRuns((codePoint, value) => Scripts.Set(codePoint, (byte)value));
        Parts = [.. parts];
        Classes.Freeze();
        Canonical.Freeze();
        Compatible.Freeze();
        LowerDifferences.Freeze();
        Scripts.Freeze();
        FindTraits(end);
        AllTraits.Freeze();
    }

    /// <summary>Gets the version of Unicode that lower case and scripts are of. Normalisation is that of 12.0: the generator
    /// tells why.</summary>
    public static Version Version { get; }

    /// <summary>Gets a number that orders combining classes as their values do.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <returns>0 for a starter.</returns>
    public static int GetClassRank(int codePoint) => Classes[codePoint];

    /// <summary>Gets a number for the script of a code point: kana count as Han.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <returns>0 where it belongs to any script: a space, and what is unassigned.</returns>
    public static int GetScript(int codePoint) => Scripts[codePoint];

    /// <summary>Gets how a code point behaves in normalisation.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <returns>Its traits.</returns>
    public static CodePointTraits GetTraits(int codePoint) => AllTraits[codePoint];

    /// <summary>Gets a code point in lower case, without context. U+0130, which has two in lower case, gives "i" here.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <returns>The lower case.</returns>
    public static int ToLower(int codePoint) => codePoint == 0x130 ? 'i' : codePoint + LowerDifferences[codePoint];

    /// <summary>Decomposes a code point wholly.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <param name="compatible">Whether compatibility decompositions count as well.</param>
    /// <param name="buffer">Room for the parts of a Hangul syllable: 3.</param>
    /// <returns>The parts; empty where the code point does not decompose.</returns>
    public static ReadOnlySpan<int> Decompose(int codePoint, bool compatible, Span<int> buffer)
    {
        if ((uint)(codePoint - HangulBase) < HangulCount)
        {
            var index = codePoint - HangulBase;
            buffer[0] = LeadBase + (index / (VowelCount * TailCount));
            buffer[1] = VowelBase + (index % (VowelCount * TailCount) / TailCount);
            buffer[2] = TailBase + (index % TailCount);
            return buffer[..(buffer[2] == TailBase ? 2 : 3)];
        }

        var place = compatible ? Compatible[codePoint] : 0;
        place = place == 0 ? Canonical[codePoint] : place;
        return Parts.AsSpan(place >> 5, place & 31);
    }

    /// <summary>Composes two code points.</summary>
    /// <param name="first">The first.</param>
    /// <param name="second">The second.</param>
    /// <returns>The primary composite, or -1.</returns>
    public static int Compose(int first, int second)
    {
        if ((uint)(second - VowelBase) < VowelCount && (uint)(first - LeadBase) < LeadCount)
        {
            return HangulBase + ((((first - LeadBase) * VowelCount) + second - VowelBase) * TailCount);
        }

        if (
            (uint)(second - TailBase - 1) < TailCount - 1
            && (uint)(first - HangulBase) < HangulCount
            && (first - HangulBase) % TailCount == 0
        )
        {
            return first + second - TailBase;
        }

        return Compositions.GetValueOrDefault(((long)first << 32) | (uint)second, -1);
    }

    private static int ReadDecompositions(NumberReader reader, CodePointTable<int> table, List<int> parts)
    {
        var codePoint = 0;
        for (var n = reader.Read(); n > 0; n--)
        {
            codePoint += reader.Read();
            var length = reader.Read();
            table.Set(codePoint, (parts.Count << 5) | length);
            for (var i = 0; i < length; i++)
            {
                parts.Add(reader.Read());
            }
        }

        return codePoint + 1;
    }

    private static void FindTraits(int end)
    {
        HashSet<int> composites = [.. Compositions.Values];
        HashSet<int> seconds =
        [
            .. Compositions.Keys.Select(static pair => (int)pair),
            .. Enumerable.Range(VowelBase, VowelCount),
            .. Enumerable.Range(TailBase + 1, TailCount - 1),
        ];
        Span<int> buffer = stackalloc int[3];
        for (var c = 0; c < end; c++)
        {
            var canonical = Decompose(c, false, buffer);
            var firstCanonical = canonical.IsEmpty ? c : canonical[0];
            var traits = CodePointTraits.None;
            if (!canonical.IsEmpty)
            {
                traits |= CodePointTraits.ChangesInNfd | CodePointTraits.ChangesInNfkd;
                traits |=
                    composites.Contains(c) || (uint)(c - HangulBase) < HangulCount
                        ? CodePointTraits.None
                        : CodePointTraits.ChangesInNfc | CodePointTraits.ChangesInNfkc;
            }

            if (Joins(firstCanonical))
            {
                traits |= CodePointTraits.JoinsBefore;
            }

            if (Compatible[c] != 0)
            {
                traits |= CodePointTraits.ChangesInNfkd | CodePointTraits.ChangesInNfkc;
                traits |= Joins(Decompose(c, true, buffer)[0])
                    ? CodePointTraits.JoinsBeforeCompatible
                    : CodePointTraits.None;
            }
            else if ((traits & CodePointTraits.JoinsBefore) != 0)
            {
                traits |= CodePointTraits.JoinsBeforeCompatible;
            }

            if (traits != CodePointTraits.None)
            {
                AllTraits.Set(c, traits);
            }
        }

        bool Joins(int codePoint) => Classes[codePoint] != 0 || seconds.Contains(codePoint);
    }

    /// <summary>Reads the resource's numbers.</summary>
    private sealed class NumberReader(byte[] bytes, int at)
    {
        public int Read()
        {
            var value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var b = bytes[at++];
                value |= (b & 127) << shift;
                if (b < 128)
                {
                    return value;
                }
            }
        }

        public int ReadRuns(Action<int, int> set)
        {
            var codePoint = 0;
            for (var n = Read(); n > 0; n--)
            {
                codePoint += Read();
                var length = Read();
                var value = Read();
                value = (value & 1) == 0 ? value >> 1 : -((value + 1) >> 1);
                for (var end = codePoint + length; codePoint < end; codePoint++)
                {
                    set(codePoint, value);
                }
            }

            return codePoint;
        }
    }
}
