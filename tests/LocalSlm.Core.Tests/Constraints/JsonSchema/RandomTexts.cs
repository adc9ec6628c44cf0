using System.Text;
using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tests.Constraints.JsonSchema;

/// <summary>Walks through a grammar byte by byte, at random, until a text is complete.</summary>
internal sealed class RandomTexts(int seed)
{
    /// <summary>From this length on the walk prefers what ends values.</summary>
    private const int LongText = 150;
    private const int MaxText = 4_000;

    /// <summary>Longer numbers fit no <see cref="int"/>, of which schemas made from types say nothing.</summary>
    private const int MaxDigits = 8;

    private readonly Random _random = new(seed);

    /// <summary>Gets texts, fewer than asked for where walks do not come to an end.</summary>
    public List<string> Take(GrammarNode grammar, int count)
    {
        var states = new GrammarStates(CompiledGrammar.Compile(grammar));
        var texts = new List<string>();
        for (var i = 0; i < count; i++)
        {
            if (Next(states) is { } text)
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    private static List<(byte Value, GrammarState State)> Allowed(GrammarStates states, GrammarState state)
    {
        var allowed = new List<(byte, GrammarState)>();
        for (var value = 0; value < 256; value++)
        {
            if (states.Step(state, (byte)value) is { } next && next != GrammarState.Dead)
            {
                allowed.Add(((byte)value, next));
            }
        }

        return allowed;
    }

    private string? Next(GrammarStates states)
    {
        var state = states.Start;
        var text = new List<byte>();
        var (digits, inText, isEscaped) = (0, false, false);
        while (text.Count < MaxText)
        {
            state = states.Refresh(state);
            var isLong = text.Count >= LongText || digits >= MaxDigits;
            if (state.IsComplete && (isLong || _random.Next(4) == 0))
            {
                break;
            }

            var allowed = Allowed(states, state);
            if (allowed.Count == 0)
            {
                Assert.True(state.IsComplete, $"a dead end behind {Encoding.UTF8.GetString([.. text])}");
                break;
            }

            var (value, next) = Choose(allowed, inText, text.Count, digits);
            (inText, isEscaped) = (inText ^ (value == '"' && !isEscaped), inText && value == '\\' && !isEscaped);
            digits = char.IsAsciiDigit((char)value) ? digits + 1 : 0;
            text.Add(value);
            state = next;
        }

        return text.Count < MaxText ? Encoding.UTF8.GetString([.. text]) : null;
    }

    private (byte Value, GrammarState State) Choose(
        List<(byte Value, GrammarState State)> allowed,
        bool inText,
        int length,
        int digits
    )
    {
        if (length >= LongText || _random.Next(3) == 0)
        {
            // The least that ends what is open; null and a digit end a value at once.
            var ends =
                inText ? "\""u8
                : length < LongText || digits > 0 ? "}]"u8
                : "}]nft0123456789"u8;
            foreach (var end in ends)
            {
                if (allowed.Find(way => way.Value == end) is { State: not null } way)
                {
                    return way;
                }
            }
        }

        // Exponents and long numbers are right, but fit no common type.
        Narrow(allowed, way => way.Value is (byte)'e' or (byte)'E' && digits > 0);
        Narrow(allowed, way => char.IsAsciiDigit((char)way.Value) && digits >= MaxDigits);
        if (_random.Next(5) > 0)
        {
            Narrow(allowed, way => way.Value >= 0x80);
        }

        return allowed[_random.Next(allowed.Count)];
    }

    private static void Narrow<T>(List<T> all, Predicate<T> drop)
    {
        if (!all.TrueForAll(drop))
        {
            all.RemoveAll(drop);
        }
    }
}
