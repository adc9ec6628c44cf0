using System.Collections.Frozen;
using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Chat;

/// <summary>The names of a vocabulary's control tokens; read when they are first asked for. Safe for concurrent use.</summary>
internal sealed class ControlTokenNames(ITokenizer tokenizer)
{
    private readonly Lazy<FrozenSet<string>> _names = new(() =>
        Enumerable
            .Range(0, tokenizer.VocabularySize)
            .Where(tokenizer.IsControl)
            .Select(tokenizer.GetName)
            .ToFrozenSet(StringComparer.Ordinal)
    );

    /// <summary>Makes the node of a structural text: the control token of that name if there is one, else its bytes.</summary>
    public GrammarNode ToNode(string text) =>
        _names.Value.Contains(text) ? GrammarNode.Marker(text) : GrammarNode.Text(text);
}
