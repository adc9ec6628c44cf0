using LocalSlm.Scheduling;

namespace LocalSlm.Testing.Fakes;

/// <summary>An engine whose replies are written beforehand.</summary>
internal sealed class ScriptedTextGenerator : ITextGenerator
{
    /// <summary>Gets or sets what makes the reply to a request.</summary>
    public Func<GenerationRequest, ScriptedReply> Script { get; set; } = _ => ScriptedReply.Of("Hello", ", ", "world");

    /// <summary>Gets the requests, in order.</summary>
    public List<GenerationRequest> Requests { get; } = [];

    /// <summary>Gets the replies, in order.</summary>
    public List<ScriptedReply> Replies { get; } = [];

    public EngineStatistics Statistics => new() { CompletedRequests = Replies.Count(reply => reply.DisposeCount > 0) };

    public IGeneration Submit(GenerationRequest request, CancellationToken cancellationToken)
    {
        var reply = Script(request);
        reply.Start(request, cancellationToken);
        lock (Requests)
        {
            Requests.Add(request);
            Replies.Add(reply);
        }

        return reply;
    }
}
