namespace LocalSlm.Chat;

/// <summary>How a chat template takes messages with tool calls: templates differ, and none says so.</summary>
/// <param name="ArgumentsAreText">Whether arguments are JSON text; else they are an object.</param>
/// <param name="EmptyContentIsNull">Whether the content of a message that is calls alone is null; else it is the empty text.</param>
/// <param name="JoinsReasoning">Whether the content of a message with calls and reasoning goes to the reasoning: some take only one of
/// them beside calls.</param>
internal readonly record struct CallForm(
    bool ArgumentsAreText = false,
    bool EmptyContentIsNull = false,
    bool JoinsReasoning = false
);
