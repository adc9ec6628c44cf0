using System.Runtime.InteropServices;
using LocalSlm.Onnx.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Interop;

/// <summary>Keeps some of a session's workers from computing, and lets them go again. How many threads a session has is fixed when it is
/// made; but <c>OrtApi::RunAsync</c> calls back on one of its workers, and a worker whose callback does not return is missing in
/// the steps that follow. Nothing waits for it: a parallel loop takes back the tasks that no worker has begun
/// (<c>EndParallelSection</c> in EigenNonBlockingThreadPool.h, ONNX Runtime 1.31). The run itself is told to end before its first
/// node and computes nothing. One thread asks; the workers wait.</summary>
internal sealed unsafe class HeldWorkers : IDisposable
{
    // Places in struct OrtApi of onnxruntime_c_api.h, 1.31.1.
    private const int ReleaseValue = 96;
    private const int RunAsync = 260;

    /// <summary>Long enough for the next step to begin, and no longer than it takes.</summary>
    private const int IntoTheStepMilliseconds = 2;

    private const int StepsBetweenCalls = 8;
    private const int MostCallsPerWorker = 8;

    private readonly object _gate = new();
    private readonly InferenceSession _session;
    private readonly int _workers;
    private readonly Action<string> _onRefused;
    private readonly RunOptions _ended = new()
    {
        Terminate = true,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
    };

    // What the library keeps pointers to until it calls back.
    private readonly NativeBuffer _content;
    private readonly OrtValue[] _values;
    private readonly nint[] _inputNames;
    private readonly nint[] _inputs;
    private readonly nint[] _outputNames;
    private readonly nint[] _outputs;

    private GCHandle _self;
    private int _wanted;
    private int _coming;
    private int _held;
    private int _calls;
    private volatile bool _settled = true;
    private bool _fails;
    private bool _disposed;

    /// <param name="session">An open session on the CPU, of tensors.</param>
    /// <param name="workers">How many workers it has: one less than its threads.</param>
    /// <param name="onRefused">Told once, in the library's words, if it does not take such runs: all workers go on computing then.</param>
    /// <exception cref="NotSupportedException">The library's interface was not found.</exception>
    public HeldWorkers(InferenceSession session, int workers, Action<string> onRefused)
    {
        if (!OrtApiTable.IsFound)
        {
            throw new NotSupportedException("The interface of the loaded ONNX Runtime library was not found.");
        }

        _session = session;
        _workers = workers;
        _onRefused = onRefused;

        // Inputs are checked before the run ends. Nobody reads them, so that all may lie in the same place.
        var inputs = session.InputMetadata.ToArray();
        var shapes = Array.ConvertAll(
            inputs,
            static input => Array.ConvertAll(input.Value.Dimensions, static length => Math.Max(1L, length))
        );
        var bytes = new long[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            bytes[i] = shapes[i]
                .Aggregate((long)ElementSize.Of(inputs[i].Value.ElementDataType), static (a, b) => a * b);
        }

        _content = NativeBuffer.Allocate(bytes.Max());
        _values = new OrtValue[inputs.Length];
        _inputs = Pinned(inputs.Length);
        _inputNames = Pinned(inputs.Length);
        _outputNames = Pinned(1);
        _outputs = Pinned(1);
        for (var i = 0; i < inputs.Length; i++)
        {
            _values[i] = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance,
                inputs[i].Value.ElementDataType,
                shapes[i],
                (nint)_content.Start,
                bytes[i]
            );
            _inputs[i] = OrtApiTable.HandleOf(_values[i]);
            _inputNames[i] = Marshal.StringToCoTaskMemUTF8(inputs[i].Key);
        }

        _outputNames[0] = Marshal.StringToCoTaskMemUTF8(session.OutputNames[0]);
        _self = GCHandle.Alloc(this);
    }

    /// <summary>Gets how many workers are held at the moment.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _held;
            }
        }
    }

    /// <summary>Sets how many workers do not compute; to be called before every step. They come and go while steps run, and nobody
    /// waits for them. The same number again costs nothing.</summary>
    /// <param name="count">0 to all of them.</param>
    public void Hold(int count)
    {
        if ((count == _wanted && (_settled || ++_calls % StepsBetweenCalls != 0)) || _fails || _disposed)
        {
            return;
        }

        var more = 0;
        lock (_gate)
        {
            if (count > _wanted)
            {
                // Where some stay free, one more than wanted: see Stay.
                more = Math.Max(0, Math.Min(_workers, count + 1) - _held - _coming);
                _settled = more == 0 && _coming == 0;
            }
            else if (count < _wanted)
            {
                _settled |= count == 0;
            }
            else if (_coming < MostCallsPerWorker * _workers)
            {
                // A call may have come to a worker that is held already, and lies in its queue.
                more = 1;
            }
            else
            {
                _settled = true;
            }

            _coming += more;
            _wanted = count;
            Monitor.PulseAll(_gate);
        }

        for (; more > 0; more--)
        {
            Call();
        }
    }

    /// <summary>Lets all workers go and waits until they have gone. The session is still open.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        Hold(0);
        _disposed = true;
        lock (_gate)
        {
            while (_coming + _held > 0)
            {
                Monitor.Wait(_gate);
            }
        }

        _self.Free();
        foreach (var value in _values)
        {
            value.Dispose();
        }

        foreach (var name in (ReadOnlySpan<nint>)[.. _inputNames, .. _outputNames])
        {
            Marshal.FreeCoTaskMem(name);
        }

        _ended.Dispose();
        _content.Dispose();
    }

    private static nint[] Pinned(int length) => GC.AllocateArray<nint>(length, pinned: true);

    private void Call()
    {
        nint status;
        fixed (
            nint* names = _inputNames,
                inputs = _inputs,
                outputNames = _outputNames,
                outputs = _outputs
        )
        {
            status = (
                (delegate* unmanaged<
                    nint,
                    nint,
                    nint*,
                    nint*,
                    nuint,
                    nint*,
                    nuint,
                    nint*,
                    delegate* unmanaged<nint, nint*, nuint, nint, void>,
                    nint,
                    nint>)
                    OrtApiTable.Slot(RunAsync)
            )(
                OrtApiTable.HandleOf(_session),
                _ended.DangerousGetHandle(),
                names,
                inputs,
                (nuint)_inputs.Length,
                outputNames,
                (nuint)_outputNames.Length,
                outputs,
                &OnRunEnded,
                GCHandle.ToIntPtr(_self)
            );
        }

        GC.KeepAlive(_session);
        if (status != 0)
        {
            // A library that does not take such a run: threads stay as they are.
            var reason = OrtApiTable.TakeMessage(status);
            bool isFirst;
            lock (_gate)
            {
                _coming--;
                isFirst = !_fails;
                _fails = true;
                _wanted = 0;
                Monitor.PulseAll(_gate);
            }

            if (isFirst)
            {
                _onRefused(reason);
            }
        }
    }

    [UnmanagedCallersOnly]
    private static void OnRunEnded(nint self, nint* outputs, nuint count, nint status)
    {
        if (status != 0)
        {
            OrtApiTable.Release(status);
        }
        else if (count > 0 && outputs[0] != 0)
        {
            ((delegate* unmanaged<nint, void>)OrtApiTable.Slot(ReleaseValue))(outputs[0]);
            outputs[0] = 0;
        }

        ((HeldWorkers)GCHandle.FromIntPtr(self).Target!).Stay();
    }

    /// <summary>Runs on a worker.</summary>
    private void Stay()
    {
        lock (_gate)
        {
            _coming--;
            _held++;

            // A pool of more than one worker leaves the handing out of tasks to the worker that did so last. If just that one is
            // held, nobody else ever hears of a task. The one too many goes in the middle of a step: a worker that comes free looks
            // for tasks in all queues, finds the one that waits to be handed out, and does it from then on.
            if (_held > _wanted && _wanted > 0)
            {
                Monitor.Wait(_gate, IntoTheStepMilliseconds);
                _settled = true;
            }

            _settled |= _held == _workers;

            while (_held <= _wanted)
            {
                Monitor.Wait(_gate);
            }

            _held--;
            if (_coming + _held == 0)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }
}
