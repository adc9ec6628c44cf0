using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.Regular;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Writes null, booleans, numbers and strings.</summary>
internal static class ScalarWriter
{
    /// <summary>Longer lists are written as texts, of which the grammar's compiler makes a tree: their smallest automaton takes far longer
    /// to find, and more memory.</summary>
    private const int MostListed = 2_000;

    private static readonly GrammarNode Quote = GrammarNode.Text("\"");
    private static readonly GrammarNode AnyText = Quoted(GrammarNode.Automaton(CharAutomaton.Any.ToJsonString()));
    private static readonly GrammarNode Character = GrammarNode.Automaton(CharAutomaton.AnyCharacter.ToJsonString());

    public static IEnumerable<GrammarNode> Write(ValueSet set)
    {
        if (set.Null)
        {
            yield return GrammarNode.Text("null");
        }

        if (set.True)
        {
            yield return GrammarNode.Text("true");
        }

        if (set.False)
        {
            yield return GrammarNode.Text("false");
        }

        foreach (var node in NumberWriter.Write(set.Numbers))
        {
            yield return node;
        }

        if (!set.Texts.IsEmpty)
        {
            yield return Write(set.Texts);
        }
    }

    /// <summary>Writes strings with their quotes. Free text may be spelled as JSON allows. What is restricted has but one spelling, so
    /// that fixed text has fixed bytes and nothing is spelled in a way that a reader of dates, say, does not expect.</summary>
    public static GrammarNode Write(TextSet texts)
    {
        if (texts.IsAny)
        {
            return AnyText;
        }

        if (texts.IsLength)
        {
            return Quoted(GrammarNode.Repeat(Character, texts.MinLength, texts.MaxLength));
        }

        if (texts.Literals is { Count: > MostListed } list)
        {
            return GrammarNode.Choice([.. list.Select(text => GrammarNode.Text(JsonText.Quote(text)))]);
        }

        return Quoted(GrammarNode.Automaton(texts.ToAutomaton().ToJsonString(JsonEscaping.Needed)));
    }

    private static GrammarNode Quoted(GrammarNode content) => GrammarNode.Sequence(Quote, content, Quote);
}
