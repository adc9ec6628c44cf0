using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Constraints.Regular;

/// <summary>The grammar of a reply that a regular expression matches from its first character to its last.</summary>
internal static class PatternGrammar
{
    /// <summary>Builds it.</summary>
    /// <param name="pattern">The regular expression: ECMA-262 with the flag <c>u</c>. It need not say <c>^</c> and <c>$</c>.</param>
    /// <exception cref="GrammarException">It is malformed, not regular, too large, or matches nothing.</exception>
    public static GrammarNode Build(string pattern)
    {
        var automaton = PatternCompiler.Compile(pattern, search: false);
        return automaton.IsEmpty
            ? throw new GrammarException(
                "regular expression",
                "no text at all matches it. Check its anchors and looks ahead."
            )
            : GrammarNode.Automaton(automaton.ToUtf8());
    }
}
