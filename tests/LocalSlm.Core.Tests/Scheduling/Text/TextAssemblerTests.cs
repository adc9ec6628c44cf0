using System.Text;
using CsCheck;
using LocalSlm.Scheduling;

namespace LocalSlm.Tests.Scheduling.Text;

public class TextAssemblerTests
{
    [Fact]
    public void Append_NoStopSequences_GivesTheSameInstance()
    {
        var assembler = new TextAssembler([]);
        string token = new(" hello");
        Assert.False(assembler.Append(" hello"u8, token, out string text));
        Assert.Same(token, text);
    }

    [Fact]
    public void Append_StopCannotBegin_GivesTheSameInstanceAndAllocatesNothing()
    {
        var assembler = new TextAssembler(["\n\n", "###"]);
        string token = new(" hello");
        assembler.Append(" hello"u8, token, out string text);
        Assert.Same(token, text);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            assembler.Append(" hello"u8, token, out text);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Append_BeginningIsRefutedInsideTheToken_GivesTheSameInstance()
    {
        var assembler = new TextAssembler(["###"]);
        string token = new("a # b");
        assembler.Append("a # b"u8, token, out string text);
        Assert.Same(token, text);
    }

    [Fact]
    public void Append_CharacterOverThreeTokens_ComesWhole()
    {
        var assembler = new TextAssembler([]);
        byte[] bytes = Encoding.UTF8.GetBytes("😀");
        assembler.Append(bytes.AsSpan(0, 1), null, out string first);
        assembler.Append(bytes.AsSpan(1, 2), null, out string second);
        assembler.Append(bytes.AsSpan(3), null, out string third);
        Assert.Equal(["", "", "😀"], [first, second, third]);
        Assert.Equal("", assembler.Flush());
    }

    [Fact]
    public void Append_WholeTextAfterAnIncompleteCharacter_ReplacesWhatWasIncomplete()
    {
        var assembler = new TextAssembler([]);
        assembler.Append([0xF0, 0x9F], null, out string first);
        assembler.Append("b"u8, "b", out string second);
        Assert.Equal("", first);
        Assert.Equal("\uFFFDb", second);
    }

    [Fact]
    public void Flush_IncompleteCharacter_IsOneReplacement()
    {
        var assembler = new TextAssembler([]);
        assembler.Append([0x41, 0xF0, 0x9F, 0x98], null, out string text);
        Assert.Equal("A", text);
        Assert.Equal("\uFFFD", assembler.Flush());
    }

    [Theory]
    // The Unicode Standard 16.0, table 3-8: E1 80 | E2 | F0 91 92 | F1 BF | 41.
    [InlineData("E180E2F09192F1BF41", "\uFFFD\uFFFD\uFFFD\uFFFDA")]
    // Table 3-9: non-shortest forms, table 3-10: surrogates, table 3-11: other ill-formed sequences.
    [InlineData("C0AFE080BFF08182 41", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA")]
    [InlineData("EDA080EDBFBFEDAF41", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA")]
    [InlineData("F4919293FF4180BF42", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA\uFFFD\uFFFDB")]
    public void Append_MalformedUtf8ByteByByte_ReplacesMaximalSubparts(string hex, string expected)
    {
        byte[] bytes = Convert.FromHexString(hex.Replace(" ", ""));
        Assert.Equal(expected, Run([], bytes, Enumerable.Repeat(1, bytes.Length), out _));
        Assert.Equal(expected, Run([], bytes, [bytes.Length], out _));
    }

    [Fact]
    public void Append_MayBecomeAStop_HoldsBackOnlyThat()
    {
        var assembler = new TextAssembler(["</end>"]);
        Assert.False(assembler.Append("abc </"u8, "abc </", out string text));
        Assert.Equal("abc ", text);
        Assert.False(assembler.Append("en"u8, "en", out text));
        Assert.Equal("", text);
        Assert.False(assembler.Append("x <"u8, "x <", out text));
        Assert.Equal("</enx ", text);
        Assert.True(assembler.Append("/end> rest"u8, "/end> rest", out text));
        Assert.Equal("", text);
        Assert.True(assembler.StopMet);
        Assert.Equal("", assembler.Flush());
        Assert.True(assembler.Append("x"u8, "x", out text));
        Assert.Equal("", text);
    }

    [Fact]
    public void Append_AnEarlierLongerStopMayStillCome_WaitsForIt()
    {
        var earlier = new TextAssembler(["bc", "abcd"]);
        Assert.False(earlier.Append("xabc"u8, "xabc", out string text));
        Assert.Equal("x", text);
        Assert.True(earlier.Append("d"u8, "d", out text));
        Assert.Equal("", text);

        var later = new TextAssembler(["bc", "abcd"]);
        later.Append("xabc"u8, "xabc", out text);
        Assert.True(later.Append("e"u8, "e", out text));
        Assert.Equal("a", text);

        var ended = new TextAssembler(["bc", "abcd"]);
        ended.Append("xabc"u8, "xabc", out text);
        Assert.Equal("a", ended.Flush());
        Assert.True(ended.StopMet);
    }

    [Fact]
    public void Flush_HeldBackText_GivesIt()
    {
        var assembler = new TextAssembler(["<end>"]);
        assembler.Append("a<en"u8, "a<en", out string text);
        Assert.Equal("a", text);
        Assert.Equal("<en", assembler.Flush());
        Assert.False(assembler.StopMet);
    }

    [Fact]
    public void Constructor_ImpossibleStopSequence_Throws()
    {
        // Not inline data: attributes are stored as UTF-8, which cannot hold half a surrogate pair.
        foreach (string stop in (string[])["", "a\uD83D", "\uDE00", "\uD83Da", "\uDE00\uD83D"])
        {
            Assert.Throws<ArgumentException>(() => new TextAssembler(["ok", stop]));
        }
    }

    [Fact]
    public void Append_AnyBytesSplitsAndStops_EqualsSearchingTheWholeText()
    {
        // Few different characters, so that stop sequences occur, overlap and nearly occur; broken bytes in between.
        Gen<string> piece = Gen.Frequency(
            (10, Gen.OneOfConst("a", "b", "ab", "ba")),
            (2, Gen.OneOfConst("é", "€", "😀", "😁", "\uFFFD"))
        );
        Gen<byte[]> bytes = Gen.Frequency(
                (20, piece.Select(Encoding.UTF8.GetBytes)),
                (1, Gen.Byte.Array[1, 3]),
                (1, Gen.OneOfConst<byte[]>([0xF0, 0x9F], [0xE2, 0x82], [0xC3], [0xED, 0xA0], [0x98, 0x80]))
            )
            .Array[0, 25]
            .Select(parts => parts.SelectMany(p => p).ToArray());
        Gen<string[]> stops = piece.Array[1, 5].Select(string.Concat).Array[0, 4];

        int stopped = 0;
        Gen.Select(bytes, stops, Gen.Int[1, 6].Array[1, 40])
            .Sample(
                (all, sequences, lengths) =>
                {
                    // Encoding.UTF8 replaces maximal subparts as well; that this is so, the test with Unicode's tables shows apart.
                    string whole = Encoding.UTF8.GetString(all);
                    int first = sequences
                        .Select(s => whole.IndexOf(s, StringComparison.Ordinal))
                        .Where(i => i >= 0)
                        .DefaultIfEmpty(-1)
                        .Min();
                    stopped += first >= 0 ? 1 : 0;
                    string expected = first >= 0 ? whole[..first] : whole;
                    Assert.Equal(expected, Run(sequences, all, lengths, out bool stopMet));
                    Assert.Equal(first >= 0, stopMet);
                },
                iter: 30_000,
                threads: 1
            );
        Assert.InRange(stopped, 3_000, 27_000);
    }

    [Fact]
    public void Append_AnyText_HoldsBackNoMoreThanMayBecomeAStop()
    {
        Gen<string> text = Gen.Char["ab"].Array[0, 12].Select(c => new string(c));
        Gen.Select(text, Gen.Char["ab"].Array[1, 6].Select(c => new string(c)).Array[1, 3])
            .Sample(
                (whole, sequences) =>
                {
                    var assembler = new TextAssembler(sequences);
                    string given = "";
                    for (int i = 0; i < whole.Length; i++)
                    {
                        assembler.Append([(byte)whole[i]], whole[i].ToString(), out string part);
                        given += part;
                        if (assembler.StopMet)
                        {
                            break;
                        }

                        string soFar = whole[..(i + 1)];
                        int held = Enumerable
                            .Range(0, soFar.Length + 1)
                            .First(n => sequences.Any(s => s.StartsWith(soFar[n..], StringComparison.Ordinal)));
                        Assert.Equal(soFar[..held], given);
                    }
                },
                iter: 20_000,
                threads: 1
            );
    }

    [Fact]
    public void Clone_AtAnyPoint_GoesOnAsTheOriginal()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("x😀abab<😀e");
        for (int at = 0; at <= bytes.Length; at++)
        {
            var original = new TextAssembler(["<😀end", "abac"]);
            string before = Feed(original, bytes.AsSpan(0, at));
            TextAssembler clone = original.Clone();
            string expected = before + Feed(original, bytes.AsSpan(at)) + original.Flush();
            Assert.Equal("x😀abab<😀e", expected);
            Assert.Equal(expected, before + Feed(clone, bytes.AsSpan(at)) + clone.Flush());
        }
    }

    private static string Feed(TextAssembler assembler, ReadOnlySpan<byte> bytes)
    {
        string all = "";
        foreach (byte b in bytes)
        {
            assembler.Append([b], null, out string text);
            all += text;
        }

        return all;
    }

    /// <summary>Feeds the bytes in pieces of the given lengths, over and over; checks each piece of text on the way.</summary>
    private static string Run(string[] stops, byte[] bytes, IEnumerable<int> lengths, out bool stopMet)
    {
        int[] steps = [.. lengths];
        var assembler = new TextAssembler(stops);
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        string all = "";
        for (int at = 0, i = 0; at < bytes.Length; i++)
        {
            ReadOnlySpan<byte> piece = bytes.AsSpan(at, Math.Min(steps[i % steps.Length], bytes.Length - at));
            at += piece.Length;
            string? whole = null;
            if (i % 2 == 0)
            {
                try
                {
                    whole = strict.GetString(piece);
                }
                catch (DecoderFallbackException) { }
            }

            bool met = assembler.Append(piece, whole, out string text);
            AssertWhole(text);
            all += text;
            if (met)
            {
                break;
            }
        }

        string rest = assembler.Flush();
        AssertWhole(rest);
        stopMet = assembler.StopMet;
        return all + rest;
    }

    private static void AssertWhole(string text)
    {
        for (int i = 0; i < text.Length; )
        {
            Assert.True(Rune.TryGetRuneAt(text, i, out Rune rune), "Half a surrogate pair was given out.");
            i += rune.Utf16SequenceLength;
        }
    }
}
