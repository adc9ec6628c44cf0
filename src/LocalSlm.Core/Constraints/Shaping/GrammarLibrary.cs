using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.Masking;

namespace LocalSlm.Constraints.Shaping;

/// <summary>Compiles the grammars of a model's requests, on a thread of its own that lives while there is work, and keeps the latest with
/// their masks. Safe for concurrent use.</summary>
internal sealed class GrammarLibrary(ITokenizer tokenizer, int vocabularySize) : IDisposable
{
    /// <summary>How many grammars are kept. Each has a bound on its own memory; see <see cref="GrammarStates"/>.</summary>
    internal const int MostKept = 24;

    private readonly Lock _gate = new();
    private readonly Queue<(PreparedShape Shape, Action OnReady)> _work = new();
    private readonly CancellationTokenSource _stopping = new();

    private readonly TokenBytes _tokens = new(tokenizer, vocabularySize);

    // The working thread's own.
    private readonly Dictionary<string, (GrammarMasks Masks, long LastUse)> _kept = [];
    private TokenVocabulary? _vocabulary;
    private long _uses;
    private bool _works;

    /// <summary>Gets how many grammars were compiled.</summary>
    public long Compiled { get; private set; }

    /// <summary>Begins to make a shape ready.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="onReady">Called on another thread when it is ready, or failed.</param>
    public PreparedShape Prepare(ReplyShape shape, Action onReady)
    {
        var prepared = new PreparedShape(shape);
        lock (_gate)
        {
            _work.Enqueue((prepared, onReady));
            if (_works)
            {
                return prepared;
            }

            _works = true;
        }

        new Thread(Work) { IsBackground = true, Name = "LocalSlm grammars" }.Start();
        return prepared;
    }

    /// <summary>Ends the work; shapes that are not ready yet never become so.</summary>
    public void Dispose() => _stopping.Cancel();

    private void Work()
    {
        while (true)
        {
            (PreparedShape Shape, Action OnReady) item;
            lock (_gate)
            {
                if (_stopping.IsCancellationRequested || !_work.TryDequeue(out item))
                {
                    _works = false;
                    return;
                }
            }

            try
            {
                item.Shape.Complete(MakePhases(item.Shape), _tokens);
            }
            catch (GrammarException error)
            {
                item.Shape.Fail(item.Shape.Shape.Explain(error));
            }
            catch (Exception error)
            {
                // The request gets it: nobody else waits on this thread.
                item.Shape.Fail(error);
            }

            item.OnReady();
        }
    }

    private List<PreparedPhase> MakePhases(PreparedShape prepared)
    {
        prepared.ThrowIfAbandoned();
        var shape = prepared.Shape;
        var phases = new List<PreparedPhase>(shape.Phases.Count);
        foreach (var phase in shape.Phases)
        {
            phases.Add(
                phase is GrammarPhase grammar
                    ? new PreparedPhase(null, Openings(grammar), grammar, GetMasks(grammar, prepared))
                    : new PreparedPhase((FreePhase)phase, new TriggerAutomaton(((FreePhase)phase).Triggers), null, null)
            );
        }

        return phases;
    }

    private static TriggerAutomaton? Openings(GrammarPhase phase) =>
        phase.Openings.Count == 0
            ? null
            : new TriggerAutomaton([.. phase.Openings.Select(static opening => opening with { AtStart = true })]);

    private GrammarMasks GetMasks(GrammarPhase phase, PreparedShape prepared)
    {
        var source = phase.Grammar;
        if (_kept.TryGetValue(source.Key, out var known))
        {
            _kept[source.Key] = known with { LastUse = ++_uses };
            return known.Masks;
        }

        // Free text alone needs no vocabulary, so it is not read before it is needed.
        _vocabulary ??= new TokenVocabulary(tokenizer, _tokens, _stopping.Token);
        var masks = new GrammarMasks(
            new GrammarStates(CompiledGrammar.Compile(source.Build(), prepared.ThrowIfAbandoned)),
            _vocabulary
        );
        Compiled++;

        // What the first tokens need is found here, not on the thread that computes for everybody.
        masks.Get(masks.States.Start);
        masks.Get(masks.States.Force(masks.States.Start).Behind);
        if (_kept.Count >= MostKept)
        {
            _kept.Remove(_kept.MinBy(static item => item.Value.LastUse).Key);
        }

        _kept.Add(source.Key, (masks, ++_uses));
        return masks;
    }
}
