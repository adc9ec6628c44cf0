namespace LocalSlm.Constraints.Grammar;

/// <summary>A grammar that is still to be built, with the key under which its compiled form is kept.</summary>
/// <param name="Key">Equal keys mean equal grammars: a hash of the schema's text, for one.</param>
/// <param name="Build">Builds it; called at most once for each key that is not cached, off the owner thread. It was checked before
/// that it can be built. That its compiled form is too large is found out only then: <see cref="ReplyShape.Explain"/>.</param>
internal sealed record GrammarSource(string Key, Func<GrammarNode> Build);
