using System.Threading.Tasks.Sources;

namespace LocalSlm.Scheduling;

/// <summary>The bounded buffer between the owner thread, which writes updates, and the one reader of a reply. It allocates
/// nothing once it has grown. The writer asks <see cref="IsFull"/> before it makes another update, and never writes to a full
/// buffer except for the last update.</summary>
internal sealed class ReplyBuffer(int capacity, Action onDrained) : IValueTaskSource<bool>
{
    private readonly Lock _gate = new();
    private GenerationUpdate[] _ring = new GenerationUpdate[8];
    private int _head;
    private int _count;
    private bool _waiting;
    private bool _wasFull;
    private bool _completed;
    private Exception? _error;
    private ManualResetValueTaskSourceCore<bool> _signal = new() { RunContinuationsAsynchronously = true };

    /// <summary>Gets a value indicating whether the reader must take updates before more are made. Once it was found full, the
    /// buffer tells when it has been emptied to a half.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
            {
                _wasFull = _count >= capacity;
                return _wasFull;
            }
        }
    }

    public void Write(in GenerationUpdate update)
    {
        bool wake;
        lock (_gate)
        {
            if (_completed)
            {
                return;
            }

            if (_count == _ring.Length)
            {
                Grow();
            }

            _ring[(_head + _count) & (_ring.Length - 1)] = update;
            _count++;
            (wake, _waiting) = (_waiting, false);
        }

        if (wake)
        {
            _signal.SetResult(true);
        }
    }

    /// <summary>Ends the reply. With an error, updates that were not read are dropped.</summary>
    /// <returns><see langword="false"/> if it had ended already.</returns>
    public bool Complete(Exception? error)
    {
        bool wake;
        lock (_gate)
        {
            if (_completed)
            {
                return false;
            }

            _completed = true;
            _error = error;
            if (error is not null)
            {
                Array.Clear(_ring);
                _count = 0;
            }

            (wake, _waiting) = (_waiting, false);
        }

        if (wake)
        {
            if (error is null)
            {
                _signal.SetResult(false);
            }
            else
            {
                _signal.SetException(error);
            }
        }

        return true;
    }

    public ValueTask<bool> WaitToReadAsync()
    {
        lock (_gate)
        {
            if (_count > 0)
            {
                return new ValueTask<bool>(true);
            }

            if (_completed)
            {
                return _error is null ? new ValueTask<bool>(false) : ValueTask.FromException<bool>(_error);
            }

            if (_waiting)
            {
                throw new InvalidOperationException("A reply has one reader, and that one waits already.");
            }

            _signal.Reset();
            _waiting = true;
            return new ValueTask<bool>(this, _signal.Version);
        }
    }

    public bool TryRead(out GenerationUpdate update)
    {
        bool drained;
        lock (_gate)
        {
            if (_count == 0)
            {
                update = default;
                return false;
            }

            update = _ring[_head];
            _ring[_head] = default;
            _head = (_head + 1) & (_ring.Length - 1);
            _count--;
            drained = _wasFull && _count <= capacity / 2;
            if (drained)
            {
                _wasFull = false;
            }
        }

        if (drained)
        {
            onDrained();
        }

        return true;
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _signal.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _signal.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags
    ) => _signal.OnCompleted(continuation, state, token, flags);

    private void Grow()
    {
        var larger = new GenerationUpdate[_ring.Length * 2];
        for (var i = 0; i < _count; i++)
        {
            larger[i] = _ring[(_head + i) & (_ring.Length - 1)];
        }

        (_ring, _head) = (larger, 0);
    }
}
