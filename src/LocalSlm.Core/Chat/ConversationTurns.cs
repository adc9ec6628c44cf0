namespace LocalSlm.Chat;

/// <summary>A conversation cut into turns: a turn is a user message with everything up to the next one. System messages
/// belong to no turn.</summary>
internal sealed class ConversationTurns
{
    private readonly IReadOnlyList<PromptMessage> _messages;

    // For each message its turn, or -1 for those that always stay.
    private readonly int[] _turns;

    private ConversationTurns(IReadOnlyList<PromptMessage> messages, int[] turns, int droppableCount)
    {
        _messages = messages;
        _turns = turns;
        DroppableCount = droppableCount;
    }

    /// <summary>Gets how many turns can be left out: all but the last.</summary>
    public int DroppableCount { get; }

    /// <summary>Cuts a conversation.</summary>
    /// <param name="messages">Its messages.</param>
    /// <returns>The turns.</returns>
    public static ConversationTurns Split(IReadOnlyList<PromptMessage> messages)
    {
        var turns = new int[messages.Count];
        var isParted = FindParted(messages);
        var turn = -1;
        var startsNew = true;
        for (var index = 0; index < messages.Count; index++)
        {
            var role = messages[index].Role;
            if (role == PromptMessage.System)
            {
                turns[index] = -1;
                continue;
            }

            // User messages in a row are one turn; so is a greeting that comes before the first of them. A call and its result stay in
            // one turn, whatever stands between them.
            var isUser = role == PromptMessage.User;
            if (turn < 0 || (isUser && startsNew && !isParted[index]))
            {
                turn++;
            }

            startsNew = !isUser;
            turns[index] = turn;
        }

        return new ConversationTurns(messages, turns, Math.Max(turn, 0));
    }

    /// <summary>Finds the messages before which a cut would part a call from its result.</summary>
    private static bool[] FindParted(IReadOnlyList<PromptMessage> messages)
    {
        var isParted = new bool[messages.Count];
        var results = new HashSet<string>(StringComparer.Ordinal);
        for (var index = messages.Count - 1; index >= 0; index--)
        {
            if (messages[index].ToolCallId is { } id)
            {
                results.Add(id);
            }

            foreach (var call in messages[index].ToolCalls)
            {
                results.Remove(call.Id);
            }

            isParted[index] = results.Count > 0;
        }

        return isParted;
    }

    /// <summary>Gets the messages without the oldest turns.</summary>
    /// <param name="count">How many turns are left out.</param>
    /// <returns>The rest.</returns>
    public List<PromptMessage> Without(int count)
    {
        var kept = new List<PromptMessage>(_messages.Count);
        for (var index = 0; index < _messages.Count; index++)
        {
            if (_turns[index] < 0 || _turns[index] >= count)
            {
                kept.Add(_messages[index]);
            }
        }

        return kept;
    }

    /// <summary>Counts the messages of the oldest turns.</summary>
    /// <param name="count">How many turns.</param>
    /// <returns>The messages.</returns>
    public int CountMessages(int count) => _turns.Count(turn => turn >= 0 && turn < count);
}
