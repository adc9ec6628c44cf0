namespace LocalSlm;

/// <summary>What was left out of a request because it did not fit the context.</summary>
/// <param name="DroppedTurns">Turns left out by <see cref="OverflowPolicy.DropOldestTurns"/>: a turn is a user message with
/// everything up to the next one.</param>
/// <param name="DroppedMessages">Messages in those turns.</param>
/// <param name="SlidTokens">Tokens dropped by <see cref="OverflowPolicy.SlideWindow"/> while the reply was generated.</param>
public sealed record OverflowReport(int DroppedTurns, int DroppedMessages, int SlidTokens);
