namespace LocalSlm.Constraints;

/// <summary>A part of a reply: <see cref="FreePhase"/> or <see cref="GrammarPhase"/>.</summary>
internal abstract record ReplyPhase;
