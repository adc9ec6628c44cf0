namespace LocalSlm.Chat;

/// <summary>The keys under which replies carry what Microsoft.Extensions.AI has no property for.</summary>
internal static class ResponseProperty
{
    public const string LogProbabilities = "logprobs";
    public const string DroppedTurns = "dropped_turns";
    public const string DroppedMessages = "dropped_messages";
    public const string SlidTokens = "slid_tokens";
    public const string SchemaDowngrades = "schema_downgrades";
}
