using System.Diagnostics.CodeAnalysis;
using LocalSlm.Chat;
using Microsoft.Extensions.AI;

namespace LocalSlm;

/// <summary>What a reply of LocalSlm tells beyond <see cref="ChatResponse"/> and <see cref="ChatResponseUpdate"/>, as
/// properties of them.</summary>
[SuppressMessage(
    "Design",
    "CA1034:Nested types should not be visible",
    Justification = "The analyzer takes an extension block for a nested type."
)]
[SuppressMessage(
    "Naming",
    "CA1708:Identifiers should differ by more than case",
    Justification = "The analyzer compares the unnamed extension blocks."
)]
public static class LocalChatResponse
{
    extension(ChatResponse response)
    {
        /// <summary>Gets the log probabilities of the reply's tokens, in order.</summary>
        /// <value><see langword="null"/> if they were not asked for with <c>ChatOptions.TopLogProbabilities</c>. A reply that
        /// was put together from updates has those of its last token alone: read them from the updates. Tokens that were put in
        /// to close the model's reasoning were not chosen, and have none.</value>
        public IReadOnlyList<TokenLogProbabilities>? LogProbabilities =>
            ResponsePropertyReader.LogProbabilities(Properties(response));

        /// <summary>Gets what was left out because it did not fit the context.</summary>
        /// <value><see langword="null"/> if nothing was.</value>
        public OverflowReport? OverflowReport => ResponsePropertyReader.Report(Properties(response));

        /// <summary>Gets what the schemas of the request say that was not enforced, as <c>ChatOptions.LenientSchemas</c> allows: JSON
        /// pointer and keyword of each.</summary>
        /// <value><see langword="null"/> if all was enforced.</value>
        public IReadOnlyList<string>? SchemaDowngrades => ResponsePropertyReader.Downgrades(Properties(response));
    }

    extension(ChatResponseUpdate update)
    {
        /// <summary>Gets the log probabilities of the tokens behind this update.</summary>
        /// <value><see langword="null"/> if they were not asked for with <c>ChatOptions.TopLogProbabilities</c>, or no token
        /// stands behind this update.</value>
        public IReadOnlyList<TokenLogProbabilities>? LogProbabilities =>
            ResponsePropertyReader.LogProbabilities(update.AdditionalProperties);

        /// <summary>Gets what was left out because it did not fit the context; on the last update of a reply.</summary>
        /// <value><see langword="null"/> if nothing was.</value>
        public OverflowReport? OverflowReport => ResponsePropertyReader.Report(update.AdditionalProperties);

        /// <summary>Gets what the schemas of the request say that was not enforced; on the last update of a reply.</summary>
        /// <value><see langword="null"/> if all was enforced.</value>
        public IReadOnlyList<string>? SchemaDowngrades =>
            ResponsePropertyReader.Downgrades(update.AdditionalProperties);
    }

    private static AdditionalPropertiesDictionary? Properties(ChatResponse response) =>
        response.Messages is { Count: > 0 } messages ? messages[^1].AdditionalProperties : null;
}
