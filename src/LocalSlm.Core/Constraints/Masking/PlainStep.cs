using LocalSlm.Constraints.Automaton;

namespace LocalSlm.Constraints.Masking;

/// <summary>Finds the state that every plain character leads to, if there is one. Not safe for concurrent use.</summary>
internal sealed class PlainStep(GrammarStates states)
{
    // Of states with more configurations each byte is looked at by itself.
    private const int MostConfigurations = 64;

    private const int LongestCharacter = 4;

    // The well-formed sequences of more than one byte (Unicode Standard, table 3-7).
    private static readonly byte[][][] s_forms =
    [
        [Range(0xC2, 0xDF), Range(0x80, 0xBF)],
        [Range(0xE0, 0xE0), Range(0xA0, 0xBF), Range(0x80, 0xBF)],
        [Range(0xE1, 0xEC), Range(0x80, 0xBF), Range(0x80, 0xBF)],
        [Range(0xED, 0xED), Range(0x80, 0x9F), Range(0x80, 0xBF)],
        [Range(0xEE, 0xEF), Range(0x80, 0xBF), Range(0x80, 0xBF)],
        [Range(0xF0, 0xF0), Range(0x90, 0xBF), Range(0x80, 0xBF), Range(0x80, 0xBF)],
        [Range(0xF1, 0xF3), Range(0x80, 0xBF), Range(0x80, 0xBF), Range(0x80, 0xBF)],
        [Range(0xF4, 0xF4), Range(0x80, 0x8F), Range(0x80, 0xBF), Range(0x80, 0xBF)],
    ];

    private readonly AlikeBytes[] _alike =
    [
        .. Enumerable.Range(0, (s_forms.Length + 1) * LongestCharacter).Select(static _ => new AlikeBytes()),
    ];

    /// <summary>Finds the state.</summary>
    /// <param name="state">The state before the character.</param>
    /// <param name="characters">The plain ones.</param>
    /// <returns>The state; <see cref="GrammarState.Dead"/> if plain characters lead to several, or some are not allowed.</returns>
    public GrammarState Find(GrammarState state, PlainCharacters characters)
    {
        var place = s_forms.Length * LongestCharacter;
        var common = FindCommon(
            state,
            characters.Ascii,
            _alike[characters == PlainCharacters.OfJson ? place : place + 1]
        );
        if (common is null)
        {
            return GrammarState.Dead;
        }

        for (var form = 0; form < s_forms.Length; form++)
        {
            var last = state;
            for (var i = 0; i < s_forms[form].Length && last is not null; i++)
            {
                last = FindCommon(last, s_forms[form][i], _alike[(form * LongestCharacter) + i]);
            }

            if (last != common)
            {
                return GrammarState.Dead;
            }
        }

        return common;
    }

    private GrammarState? FindCommon(GrammarState state, ReadOnlySpan<byte> bytes, AlikeBytes alike)
    {
        var common = states.Step(state, bytes[0]);
        if (common == GrammarState.Dead)
        {
            return null;
        }

        if (state.Configurations.Length <= MostConfigurations && alike.AreAlike(states.Grammar, state, bytes))
        {
            return common;
        }

        foreach (var value in bytes[1..])
        {
            if (states.Step(state, value) != common)
            {
                return null;
            }
        }

        return common;
    }

    private static byte[] Range(byte from, byte to) =>
        [.. Enumerable.Range(from, to - from + 1).Select(static value => (byte)value)];
}
