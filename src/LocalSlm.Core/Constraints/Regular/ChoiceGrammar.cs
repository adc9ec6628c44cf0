using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.Regular;

/// <summary>The grammar of a reply that is one of some texts.</summary>
internal static class ChoiceGrammar
{
    /// <summary>Builds it.</summary>
    /// <param name="choices">The texts; at least one, none empty.</param>
    /// <exception cref="GrammarException">There is none, one is empty or holds a lone surrogate, or there are too many.</exception>
    public static GrammarNode Build(IReadOnlyList<string> choices)
    {
        if (choices.Count == 0)
        {
            throw new GrammarException("choices", "there is none. Name at least one text.");
        }

        for (var i = 0; i < choices.Count; i++)
        {
            if (string.IsNullOrEmpty(choices[i]))
            {
                throw new GrammarException("choices", $"number {i}, from 0, is empty. Each needs a text.");
            }
        }

        return GrammarNode.Automaton(CharAutomaton.FromLiterals(choices).ToUtf8());
    }
}
