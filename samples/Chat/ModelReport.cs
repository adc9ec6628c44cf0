using System.Globalization;
using Microsoft.Extensions.AI;

namespace LocalSlm.Samples.Chat;

/// <summary>Says in words what the client can tell about its model and engine.</summary>
internal static class ModelReport
{
    public static string OfModel(IChatClient client)
    {
        if (client.GetService(typeof(LoadedModelInfo)) is not LoadedModelInfo model)
        {
            return "The model is not loaded yet; the first question loads it.";
        }

        var facts = model.Facts;
        var size = facts.ParameterCount > 0 ? Invariant($", {facts.ParameterCount / 1e6:F0} M parameters") : "";
        var quantization = facts.Quantization is { } name ? $", {name}" : "";
        var provider = model.Provider is { } named ? $" ({named})" : "";
        var report = Lines(
            $"{facts.Name ?? model.Name}: {facts.Architecture}{size}{quantization}",
            $"file {facts.Path}, {facts.WeightBytes / 1e6:F1} MB of weights",
            $"context {model.ContextTokens} tokens (trained for {facts.TrainedContextTokens}), all conversations {model.CacheTokens}",
            $"{facts.Runtime} {model.RuntimeVersion} on {model.Device}{provider}, {model.Threads} threads, {model.GpuLayers} layers on a GPU",
            $"chat template: {model.ChatTemplateSource ?? "none"}; loaded in {model.LoadDuration.TotalMilliseconds:F0} ms"
        );
        return string.Join(
            Environment.NewLine,
            [
                report,
                .. model.FailedDevices.Select(static attempt => $"did not serve: {attempt.Device}: {attempt.Reason}"),
            ]
        );
    }

    public static string OfEngine(IChatClient client) =>
        client.GetService(typeof(EngineStatistics)) is EngineStatistics engine
            ? Lines(
                $"requests: {engine.ActiveRequests} active, {engine.QueuedRequests} queued, {engine.CompletedRequests} done",
                $"KV cache: {engine.CacheTokensUsed} of {engine.CacheTokensTotal} tokens, {engine.CachedConversations} conversations kept",
                $"prompt tokens: {engine.PromptTokensComputed} computed, {engine.PromptTokensReused} reused",
                $"output tokens: {engine.OutputTokens}"
            )
            : "There are no figures yet.";

    private static string Lines(params FormattableString[] lines) =>
        string.Join(Environment.NewLine, lines.Select(Invariant));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
