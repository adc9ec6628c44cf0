using System.Diagnostics;
using LocalSlm.Hardware;
using LocalSlm.Onnx.Interop;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Lets a session compute with as many threads as other models of this process and other programs leave cores. For the
/// thread that computes.</summary>
internal sealed partial class ProcessorUse : IDisposable
{
    private readonly int _threads;
    private readonly ProcessorShare? _share;
    private readonly ThreadGovernor? _governor;
    private readonly HeldWorkers? _workers;

    /// <param name="session">The session; it is open until this is disposed.</param>
    public ProcessorUse(OnnxSession session)
    {
        _threads = session.Threads;
        if (!session.IsHostMemory)
        {
            // The device computes; what is left on the CPU is shape arithmetic.
            return;
        }

        if (session.AdaptsThreads)
        {
            _governor = new ThreadGovernor(_threads);
            _workers = new HeldWorkers(
                session.Session,
                _threads - 1,
                reason => LogFixed(session.Logger, _threads, reason)
            );
        }

        _share = ProcessorShare.Join(session.AdaptsThreads, ProcessorTopology.Detect());
    }

    /// <summary>Gets how many threads the other models of this process left to the last step.</summary>
    public int Share { get; private set; }

    /// <summary>Says that a step begins.</summary>
    public void Begin()
    {
        Share = _share?.Begin(_threads) ?? _threads;
        if (_governor is not null)
        {
            _workers!.Hold(_threads - _governor.Choose(_share!.Reading, Share, Stopwatch.GetTimestamp()));
        }
    }

    /// <summary>Says that it has ended.</summary>
    public void End() => _share?.End();

    public void Dispose()
    {
        _share?.Dispose();
        _workers?.Dispose();
    }

    [LoggerMessage(
        EventId = 314,
        EventName = "OnnxThreadsFixed",
        Level = LogLevel.Warning,
        Message = "The model computes with all of its {Threads} threads whatever else wants the cores: ONNX Runtime takes no runs that hold "
            + "threads back. {Reason} Set ModelLoadOptions.Threads to fewer, or AdaptThreads to false."
    )]
    private static partial void LogFixed(ILogger logger, int threads, string reason);
}
