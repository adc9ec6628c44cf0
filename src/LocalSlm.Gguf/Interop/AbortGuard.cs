using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LocalSlm.Hardware;

namespace LocalSlm.Gguf.Interop;

/// <summary>Stops a native computation from inside: when the caller cancels, when the process ends, when a deadline has passed, or
/// when others have taken the cores. llama.cpp asks it between the nodes of a graph, on the thread that called <c>llama_decode</c>, CPU only.</summary>
internal sealed unsafe class AbortGuard : IDisposable
{
    private readonly NativeLogScope _log;
    private readonly Func<bool> _isContended;
    private CancellationToken _cancellationToken;
    private long _deadline;
    private bool _watchesLoad;
    private uint _calls;
    private GCHandle _self;

    /// <param name="log">The scope in which the messages that follow an abort are expected.</param>
    /// <param name="isContended">Tells, cheaply and without allocating, whether others use the cores.</param>
    public AbortGuard(NativeLogScope log, Func<bool> isContended)
    {
        _log = log;
        _isContended = isContended;
        _self = GCHandle.Alloc(this);
    }

    /// <summary>Gets why the last computation was stopped.</summary>
    public AbortReason Reason { get; private set; }

    public void Attach(ContextHandle context) => context.SetAbortCallback(&Receive, GCHandle.ToIntPtr(_self));

    /// <summary>Prepares for one computation.</summary>
    /// <param name="deadline">A timestamp of <see cref="Stopwatch"/>; <see cref="long.MaxValue"/> for none.</param>
    /// <param name="watchesLoad">Whether to stop when others use the cores.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public void Arm(long deadline, bool watchesLoad, CancellationToken cancellationToken)
    {
        Reason = AbortReason.None;
        _deadline = deadline;
        _watchesLoad = watchesLoad;
        _cancellationToken = cancellationToken;
        _log.ExpectsFailure = false;
    }

    /// <summary>Ends the preparation; nothing is stopped any more.</summary>
    public void Disarm()
    {
        _deadline = long.MaxValue;
        _watchesLoad = false;
        _cancellationToken = default;
        _log.ExpectsFailure = false;
    }

    public void Dispose()
    {
        if (_self.IsAllocated)
        {
            _self.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte Receive(void* data)
    {
        var guard = (AbortGuard)GCHandle.FromIntPtr((nint)data).Target!;
        guard.Reason = guard.Judge();
        if (guard.Reason == AbortReason.None)
        {
            return 0;
        }

        guard._log.ExpectsFailure = true;
        return 1;
    }

    private AbortReason Judge() =>
        _cancellationToken.IsCancellationRequested || ProcessExitGate.IsClosed ? AbortReason.Cancelled
        : _watchesLoad && _isContended() ? AbortReason.Contended
        // A graph has hundreds of nodes of microseconds each: every eighth is often enough to look at the clock.
        : _deadline != long.MaxValue && (++_calls & 7) == 0 && Stopwatch.GetTimestamp() > _deadline ? AbortReason.Late
        : AbortReason.None;
}
