using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LocalSlm.Hardware;

namespace LocalSlm.Gguf.Interop;

/// <summary>Receives the progress of a load and can end it. Lives on the stack of the loading thread.</summary>
internal sealed unsafe class LoadCallback : IDisposable
{
    private readonly Action<float> _report;
    private readonly CancellationToken _cancellationToken;
    private GCHandle _self;

    public LoadCallback(Action<float> report, CancellationToken cancellationToken)
    {
        _report = report;
        _cancellationToken = cancellationToken;
        _self = GCHandle.Alloc(this);
    }

    /// <summary>Gets what the receiver of the progress threw, if it did; the load is then ended.</summary>
    public Exception? Error { get; private set; }

    public void Attach(ref LlamaModelParams parameters)
    {
        parameters.progress_callback = &Receive;
        parameters.progress_callback_user_data = (void*)GCHandle.ToIntPtr(_self);
    }

    public void Dispose()
    {
        if (_self.IsAllocated)
        {
            _self.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte Receive(float progress, void* data)
    {
        var callback = (LoadCallback)GCHandle.FromIntPtr((nint)data).Target!;
        try
        {
            if (callback._cancellationToken.IsCancellationRequested || ProcessExitGate.IsClosed)
            {
                return 0;
            }

            callback._report(progress);
            return 1;
        }
#pragma warning disable CA1031 // No exception may pass through native frames; it is thrown again after the load.
        catch (Exception error)
#pragma warning restore CA1031
        {
            callback.Error = error;
            return 0;
        }
    }
}
