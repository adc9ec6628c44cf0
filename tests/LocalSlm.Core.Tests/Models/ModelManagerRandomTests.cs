using CsCheck;
using LocalSlm.Models;

namespace LocalSlm.Tests.Models;

/// <summary>Random commands to a manager and to a model of it: after each, both must agree about everything.</summary>
public sealed class ModelManagerRandomTests
{
    private static readonly (string Name, long Size, long KeepAlive)[] s_known =
    [
        ("a", 1, 7),
        ("b", 2, 3),
        ("c", 3, -1),
        ("d", 1, 0),
    ];

    private static readonly long?[] s_keepAlives = [null, null, null, 0, 2, -1];

    private static readonly Gen<Command> s_command = Gen.Select(
        Gen.Frequency(
            (6, Gen.Const(Kind.Lease)),
            (5, Gen.Const(Kind.Release)),
            (5, Gen.Const(Kind.Finish)),
            (1, Gen.Const(Kind.Fail)),
            (2, Gen.Const(Kind.Cancel)),
            (1, Gen.Const(Kind.Preload)),
            (1, Gen.Const(Kind.Unload)),
            (1, Gen.Const(Kind.UnloadAtOnce)),
            (3, Gen.Const(Kind.Tick)),
            (1, Gen.Const(Kind.Pressure)),
            (1, Gen.Const(Kind.Change)),
            (1, Gen.Const(Kind.Remove)),
            (1, Gen.Const(Kind.Add))
        ),
        Gen.Int[0, 3],
        Gen.Int[0, 999],
        (kind, name, pick) => new Command(kind, s_known[name].Name, pick)
    );

    private static readonly Gen<(int? MaxLoaded, long? Budget, int MaxWaiting, Command[] Commands)> s_scenario =
        Gen.Select(
            Gen.OneOfConst<int?>(1, 2, 3, null),
            Gen.OneOfConst<long?>(null, null, 2, 3, 4, 5),
            Gen.OneOfConst(2, 8, 100),
            s_command.Array[1, 60]
        );

    private enum Kind
    {
        Lease,
        Release,
        Finish,
        Fail,
        Cancel,
        Preload,
        Unload,
        UnloadAtOnce,
        Tick,
        Pressure,
        Change,
        Remove,
        Add,
    }

    [Fact]
    public async Task Manager_RandomCommands_DoesWhatTheModelDoes() =>
        await s_scenario.SampleAsync(
            async scenario =>
            {
                var run = new Run(scenario.MaxLoaded, scenario.Budget, scenario.MaxWaiting);
                await using (run)
                {
                    foreach (var command in scenario.Commands)
                    {
                        await run.DoAsync(command);
                    }
                }
            },
            iter: 3000,
            threads: 2
        );

    private sealed record Command(Kind Kind, string Name, int Pick);

    private sealed class Run : IAsyncDisposable
    {
        private readonly ManagerHarness _harness;
        private readonly ManagerModel _model;
        private readonly SortedDictionary<int, Task<ModelLease>> _waiters = [];
        private readonly Dictionary<int, CancellationTokenSource> _sources = [];
        private readonly List<Task> _unloads = [];
        private int _next;

        public Run(int? maxLoaded, long? budget, int maxWaiting)
        {
            _harness = new ManagerHarness(
                new ModelLimits
                {
                    MaxLoadedModels = maxLoaded,
                    MemoryBudgetBytes = budget,
                    MaxWaitingRequests = maxWaiting,
                    LowMemoryBytes = ManagerModel.Low,
                }
            )
            {
                AvailableMemory = 1000,
            };
            _model = new ManagerModel(maxLoaded, budget, maxWaiting);
            Array.ForEach(s_known, one => Add(one.Name));
        }

        public async Task DoAsync(Command command)
        {
            switch (command.Kind)
            {
                case Kind.Lease:
                    var keepAlive = s_keepAlives[command.Pick % s_keepAlives.Length];
                    Wait(token => _harness.LeaseAsync(command.Name, Time(keepAlive), token));
                    _model.Lease(_next, command.Name, keepAlive);
                    break;
                case Kind.Preload:
                    Wait(token => PreloadAsync(command.Name, token));
                    _model.Preload(_next, command.Name);
                    break;
                case Kind.Release when _model.Leases.Count > 0:
                    var leased = _model.Leases.Keys.Order().ElementAt(command.Pick % _model.Leases.Count);
                    (await _waiters[leased]).Dispose();
                    _model.Release(leased);
                    break;
                case Kind.Cancel when _waiters.Count > 0:
                    var cancelled = _waiters.Keys.ElementAt(command.Pick % _waiters.Count);
                    await _sources[cancelled].CancelAsync();
                    _model.Cancel(cancelled);
                    break;
                case Kind.Finish
                or Kind.Fail when _harness.Loads().OrderBy(one => one.Name).ToList() is { Count: > 0 } loads:
                    var load = loads[command.Pick % loads.Count];
                    if (command.Kind == Kind.Fail)
                    {
                        load.Fail();
                    }
                    else
                    {
                        load.Finish();
                    }

                    _model.End(load.Name, command.Kind == Kind.Fail);
                    break;
                case Kind.Unload or Kind.UnloadAtOnce when _model.Knows(command.Name):
                    var atOnce = command.Kind == Kind.UnloadAtOnce;
                    _unloads.Add(
                        _harness.Manager.UnloadAsync(ManagerHarness.Key(command.Name), atOnce, CancellationToken.None)
                    );
                    _model.Unload(command.Name, atOnce);
                    break;
                case Kind.Tick:
                    _harness.Clock.Advance(TimeSpan.FromSeconds(1));
                    _model.Tick();
                    break;
                case Kind.Pressure:
                    _model.Available = command.Pick % 2 == 0 ? 50 : 1000;
                    _harness.AvailableMemory = _model.Available;
                    break;
                case Kind.Change when _model.Knows(command.Name):
                    _harness.Manager.Change(Define(command.Name));
                    _model.Change(command.Name);
                    break;
                case Kind.Remove:
                    _harness.Manager.Remove(ManagerHarness.Key(command.Name));
                    _model.Remove(command.Name);
                    break;
                case Kind.Add when !_model.Knows(command.Name):
                    Add(command.Name);
                    break;
                default:
                    return;
            }

            _model.Check();
            await AgreeAsync(command);
        }

        public async ValueTask DisposeAsync()
        {
            await _harness.DisposeAsync();

            // Nobody is forgotten: whoever waits still gets an answer, and whoever wanted an unload learns of it.
            foreach (var waiter in _waiters.Values)
            {
                await waiter.WaitAsync(ManagerHarness.Patience).ContinueWith(static _ => { }, TaskScheduler.Default);
                Assert.True(waiter.IsCompleted);
            }

            await Task.WhenAll(_unloads).WaitAsync(ManagerHarness.Patience);
            foreach (var source in _sources.Values)
            {
                source.Dispose();
            }
        }

        private static TimeSpan? Time(long? seconds) =>
            seconds switch
            {
                null => null,
                < 0 => Timeout.InfiniteTimeSpan,
                { } some => TimeSpan.FromSeconds(some),
            };

        private static string Outcome(Task task) =>
            task switch
            {
                { IsCompletedSuccessfully: true } => "granted",
                { IsCanceled: true } => "cancelled",
                { IsFaulted: true } => task.Exception!.InnerException switch
                {
                    ModelBusyException => "busy",
                    ModelLoadException => "failed",
                    ModelUnloadedException => "unloaded",
                    ModelNotFoundException => "unknown",
                    InsufficientMemoryException => "insufficient",
                    var other => other!.ToString(),
                },
                _ => "waiting",
            };

        private ModelDefinition Define(string name)
        {
            var (_, size, keepAlive) = s_known.Single(one => one.Name == name);
            return _harness.Define(name, Time(keepAlive), size);
        }

        private void Add(string name)
        {
            _harness.Manager.Add(Define(name));
            _model.Add(
                name,
                s_known.Single(one => one.Name == name).Size,
                s_known.Single(one => one.Name == name).KeepAlive
            );
        }

        private async Task<ModelLease> PreloadAsync(string name, CancellationToken token)
        {
            await _harness.Manager.PreloadAsync(ManagerHarness.Key(name), null, token);
            return default;
        }

        private void Wait(Func<CancellationToken, Task<ModelLease>> begin)
        {
            var source = _sources[++_next] = new CancellationTokenSource();
            try
            {
                _waiters[_next] = begin(source.Token);
            }
            catch (LocalSlmException error)
            {
                _waiters[_next] = Task.FromException<ModelLease>(error);
            }
        }

        private async Task AgreeAsync(Command command)
        {
            var expected = Expected();
            try
            {
                await ManagerHarness.UntilAsync(() => _harness.IsSettled && Actual() == expected);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"After {command}:\nexpected {expected}\nbut was  {Actual()}");
            }
        }

        private string Expected() =>
            $"[{_model.Loaded}] loading [{_model.Running}] waiters "
            + string.Join(
                ' ',
                _model
                    .Waiters.OrderBy(one => one.Key)
                    .Select(one => one.Value is "leased" or "done" ? "granted" : one.Value)
            );

        private string Actual()
        {
            var now = _harness.Clock.GetUtcNow();
            var loaded = _harness
                .Manager.List()
                .Select(one =>
                    $"{one.Name}:{one.ActiveRequests}:"
                    + (
                        one.IsLeaving ? "leaves"
                        : one.ExpiresAt is { } at ? $"{(at - now).TotalSeconds}"
                        : "-"
                    )
                );
            return $"[{string.Join(' ', loaded)}] loading [{string.Join(' ', _harness.Loads().Select(one => one.Name).Order())}] waiters "
                + string.Join(' ', _waiters.Values.Select(Outcome));
        }
    }
}
