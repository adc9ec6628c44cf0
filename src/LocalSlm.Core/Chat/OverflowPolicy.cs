namespace LocalSlm;

/// <summary>What happens when a conversation is longer than the context holds.</summary>
public enum OverflowPolicy
{
    /// <summary>The request fails with <see cref="ContextOverflowException"/> before any work; a reply that fills the context
    /// ends with finish reason <c>length</c>. The default.</summary>
    Error,

    /// <summary>The oldest turns are left out until the prompt fits and leaves room for the reply. System messages and the
    /// last user turn always stay. What was dropped is reported; see <see cref="LocalChatResponse"/>.</summary>
    DropOldestTurns,

    /// <summary>While the reply is generated, the oldest tokens after the system part are dropped whenever the context is full.
    /// The prompt itself must fit.</summary>
    SlideWindow,
}
