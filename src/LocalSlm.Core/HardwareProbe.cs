using LocalSlm.Hardware;
using LocalSlm.Hardware.Merging;
using LocalSlm.Hardware.Probing;
using LocalSlm.Scheduling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm;

/// <summary>Tells what this machine computes with, from the operating system and from each runtime. Safe for concurrent use.</summary>
/// <remarks>Asking a runtime loads its native libraries, and those start the drivers of devices. A driver that crashes then ends the
/// process, unless <see cref="HardwareProbeOptions.ChildProcess"/> is set. With it, nothing native is loaded into this process to ask; the
/// figures of a device's free memory are then those of the last probe until a model loads the libraries here.</remarks>
public sealed partial class HardwareProbe : IHardwareProbe
{
    private readonly IModelRuntime[] _runtimes;
    private readonly ProbeChildRunner? _children;
    private readonly ISystemView _system;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private HardwareSnapshot? _known;
    private Task<HardwareSnapshot>? _running;

    /// <summary>Creates a probe; nothing is asked before the first call.</summary>
    /// <param name="runtimes">The runtimes to ask.</param>
    /// <param name="options">How they are asked; copied. <see langword="null"/> for the defaults.</param>
    /// <param name="loggers">Where messages go; <see langword="null"/> for nowhere.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    public HardwareProbe(
        IEnumerable<IModelRuntime> runtimes,
        HardwareProbeOptions? options = null,
        ILoggerFactory? loggers = null,
        TimeProvider? timeProvider = null
    )
        : this(SystemView.ForThisSystem(), runtimes, options, loggers, timeProvider) { }

    internal HardwareProbe(
        ISystemView system,
        IEnumerable<IModelRuntime> runtimes,
        HardwareProbeOptions? options = null,
        ILoggerFactory? loggers = null,
        TimeProvider? timeProvider = null
    )
    {
        ArgumentNullException.ThrowIfNull(runtimes);
        _system = system;
        _runtimes = [.. runtimes];
        _clock = timeProvider ?? TimeProvider.System;
        _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<HardwareProbe>();
        _children = options?.ChildProcess is { } child ? new ProbeChildRunner(child.Clone(), _clock) : null;
    }

    /// <summary>Does the work of a process that a probe started, if this is one. Call it first of all in a program that
    /// <see cref="HardwareProbeOptions.ChildProcess"/> names, and leave the program if it did:
    /// <c>if (HardwareProbe.TryRunAsChild(args, () => [new GgufRuntime()])) return;</c></summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="runtimes">Makes the runtimes, set up as in the program itself; called only in such a process.</param>
    /// <returns><see langword="true"/> if this was such a process: the answer is written, and nothing is left to do.</returns>
    /// <exception cref="IOException">The answer could not be written.</exception>
    public static bool TryRunAsChild(IReadOnlyList<string> args, Func<IEnumerable<IModelRuntime>> runtimes)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(runtimes);
        if (!ProbeChild.IsThisProcess || ProbeChild.Parse(args) is not { } asked)
        {
            return false;
        }

        ProbeChild.Run(runtimes(), asked.Runtime, asked.File);
        return true;
    }

    /// <inheritdoc/>
    public async Task<HardwareReport> ProbeAsync(bool refresh = false, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (snapshot, isFresh) = await GetSnapshotAsync(refresh, cancellationToken).ConfigureAwait(false);
        var runtimes = snapshot.Runtimes;
        if (!isFresh && NeedsMemory(runtimes))
        {
            runtimes = await LoadThread
                .Run(_ => RefreshMemory(snapshot.Runtimes), CancellationToken.None)
                .WaitAsync(cancellationToken)
                .ConfigureAwait(false);
        }

        var problems = new List<string>(snapshot.Problems);
        var memory = _system.ReadMemory(problems);
        IReadOnlyList<SystemDevice> devices = isFresh
            ? snapshot.Devices
            : [.. snapshot.Devices.Select(_system.RefreshMemory)];
        return new HardwareReport
        {
            Processor = snapshot.Processor,
            Memory = memory,
            Devices = DeviceMerge.Merge(devices, runtimes, Platform.This),
            Runtimes = runtimes,
            Problems = problems,
            ProbedAt = snapshot.ProbedAt,
        };
    }

    private async Task<(HardwareSnapshot Snapshot, bool IsFresh)> GetSnapshotAsync(
        bool refresh,
        CancellationToken cancellationToken
    )
    {
        Task<HardwareSnapshot> running;
        lock (_gate)
        {
            if (_known is { } known && !refresh)
            {
                return (known, false);
            }

            // One that is under way serves everybody who waits, and goes on when a caller leaves.
            running = _running ??= SurveyAsync();
        }

        return (await running.WaitAsync(cancellationToken).ConfigureAwait(false), true);
    }

    private async Task<HardwareSnapshot> SurveyAsync()
    {
        // Not under the caller's lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        HardwareSnapshot? snapshot = null;
        try
        {
            snapshot = await AskAsync().ConfigureAwait(false);
            return snapshot;
        }
        finally
        {
            lock (_gate)
            {
                _known = snapshot ?? _known;
                _running = null;
            }
        }
    }

    private async Task<HardwareSnapshot> AskAsync()
    {
        var started = _clock.GetTimestamp();
        var problems = new List<string>();
        var usesChildren = _children is not null;
        if (usesChildren && ProbeChild.IsThisProcess)
        {
            usesChildren = false;
            problems.Add(
                $"This process was started by a probe, so its own probe starts no processes: call {nameof(HardwareProbe)}.{nameof(TryRunAsChild)} first of all in the program."
            );
        }

        var inProcess = Array.ConvertAll(_runtimes, runtime => !usesChildren || runtime.NativeVersion is not null);
        Task<RuntimeReport>?[] children =
        [
            .. _runtimes.Select((runtime, index) => inProcess[index] ? null : _children!.AskAsync(runtime.Name)),
        ];
        var (processor, devices, here) = await LoadThread
            .Run(
                _ =>
                    (
                        _system.ReadProcessor(problems),
                        _system.ReadDevices(problems),
                        _runtimes
                            .Select((runtime, index) => inProcess[index] ? RuntimeSurvey.Ask(runtime) : null)
                            .ToArray()
                    ),
                CancellationToken.None
            )
            .ConfigureAwait(false);
        var runtimes = new RuntimeReport[_runtimes.Length];
        for (var i = 0; i < runtimes.Length; i++)
        {
            runtimes[i] = here[i] ?? await children[i]!.ConfigureAwait(false);
            if (runtimes[i].Problem is { } problem)
            {
                LogRuntimeFailed(_logger, runtimes[i].Name, problem);
            }
        }

        var elapsed = _clock.GetElapsedTime(started);
        LogProbed(_logger, devices.Count, runtimes.Length, elapsed);
        return new HardwareSnapshot(processor, devices, runtimes, problems, _clock.GetUtcNow());
    }

    /// <summary>Tells whether a runtime whose libraries are here has figures of memory.</summary>
    private bool NeedsMemory(IReadOnlyList<RuntimeReport> reports) =>
        _runtimes.Where((runtime, index) => TellsMemory(runtime, reports[index])).Any();

    private static bool TellsMemory(IModelRuntime runtime, RuntimeReport report) =>
        runtime.NativeVersion is not null && report.Devices.Any(static device => device.TotalMemoryBytes > 0);

    private RuntimeReport[] RefreshMemory(IReadOnlyList<RuntimeReport> reports) =>
        [
            .. _runtimes.Select(
                (runtime, index) =>
                    TellsMemory(runtime, reports[index])
                        ? RuntimeSurvey.RefreshMemory(runtime, reports[index])
                        : reports[index]
            ),
        ];

    [LoggerMessage(
        EventId = 401,
        EventName = "HardwareRuntimeFailed",
        Level = LogLevel.Warning,
        Message = "The devices of {Runtime} are not known: {Reason}"
    )]
    private static partial void LogRuntimeFailed(ILogger logger, string runtime, string reason);

    [LoggerMessage(
        EventId = 402,
        EventName = "HardwareProbed",
        Level = LogLevel.Debug,
        Message = "Found {Devices} graphics and neural processors and asked {Runtimes} runtimes in {Elapsed}."
    )]
    private static partial void LogProbed(ILogger logger, int devices, int runtimes, TimeSpan elapsed);
}
