using System.Diagnostics;
using System.Runtime.InteropServices;
using LocalSlm.Gguf.Interop;
using LocalSlm.Hardware;

namespace LocalSlm.Gguf.Runtime;

/// <content>What the sequences hold in the KV memory: cut, copied, saved and restored.</content>
internal sealed partial class GgufTokenDecoder
{
    public int GetKeepable(int sequence, int tokenCount)
    {
        var length = _lengths[sequence];
        if (tokenCount >= length)
        {
            return length;
        }

        if (tokenCount <= 0 || _keepsState)
        {
            return 0;
        }

        return HasWindowBefore(sequence, tokenCount) ? tokenCount : 0;
    }

    public void CutBack(int sequence, int tokenCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokenCount);
        var length = _lengths[sequence];
        if (tokenCount >= length)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(tokenCount, length);
            return;
        }

        if (tokenCount > 0 && GetKeepable(sequence, tokenCount) != tokenCount)
        {
            throw new InvalidOperationException(
                $"Sequence {sequence} of {length} tokens cannot be cut back to {tokenCount}. Ask GetKeepable first."
            );
        }

        Truncate(sequence, tokenCount);
    }

    public bool TryCopyPrefix(int source, int target, int tokenCount)
    {
        ThrowIfNotEmpty(target);
        var length = _lengths[source];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokenCount, length);
        if (tokenCount <= 0 || source == target || GetKeepable(source, tokenCount) != tokenCount)
        {
            return false;
        }

        if (_sharesCells)
        {
            // A recurrent state has no parts: it is shared whole, and llama.cpp copies it when one of the sequences goes on.
            _context.Copy(source, target, 0, _keepsState ? -1 : tokenCount);
        }
        else if (!CopyThroughState(source, target))
        {
            return false;
        }

        _lengths[target] = length;
        if (tokenCount < length)
        {
            Truncate(target, tokenCount);
        }

        _lengths[target] = tokenCount;
        if (HasWindowBefore(target, tokenCount))
        {
            return true;
        }

        Truncate(target, 0);
        return false;
    }

    public byte[] Save(int sequence)
    {
        var size = _context.GetStateSize(sequence);
        if (size > Array.MaxLength - SavedHeader.Size)
        {
            throw new InvalidOperationException(
                $"The state of sequence {sequence} takes {size >> 20} MiB; at most {Array.MaxLength >> 20} MiB can be saved."
            );
        }

        var state = GC.AllocateUninitializedArray<byte>(SavedHeader.Size + (int)size);
        new SavedHeader(_fingerprint, _lengths[sequence]).Write(state);
        NativeLogRouter.Enter(_log);
        var written = _context.GetState(sequence, state.AsSpan(SavedHeader.Size));
        NativeLogRouter.Enter(null);
        return written == size
            ? state
            : throw new InvalidOperationException(
                $"llama.cpp wrote {written} of {size} bytes of the state of sequence {sequence}."
            );
    }

    public bool TryRestore(int sequence, ReadOnlySpan<byte> state)
    {
        ThrowIfNotEmpty(sequence);
        if (
            !SavedHeader.TryRead(state, out var header)
            || header.Fingerprint != _fingerprint
            || header.Length > Capabilities.SequenceTokens
        )
        {
            return false;
        }

        if (header.Length == 0)
        {
            return true;
        }

        NativeLogRouter.Enter(_log);
        var read = _context.SetState(sequence, state[SavedHeader.Size..]);
        NativeLogRouter.Enter(null);
        if (read == 0 || _context.LastPosition(sequence) != header.Length - 1)
        {
            _context.Remove(sequence, -1, -1);
            return false;
        }

        _lengths[sequence] = header.Length;
        return true;
    }

    private void Undo(ReadOnlySpan<DecodeRow> rows)
    {
        foreach (ref readonly var row in rows)
        {
            // A recurrent state that was carried too far cannot be brought back: only an empty sequence is true then.
            Truncate(row.Sequence, _keepsState ? 0 : _lengths[row.Sequence]);
        }
    }

    private void Truncate(int sequence, int tokenCount)
    {
        var removed = _context.Remove(sequence, tokenCount == 0 ? -1 : tokenCount, -1);
        Debug.Assert(removed, "llama.cpp refused to cut a sequence that it should be able to cut.");
        _lengths[sequence] = tokenCount;
    }

    /// <summary>Tells whether the memory proves that everything the token at a position would look at is there. The cells of a
    /// sliding window at position p are those after p - window (<c>is_masked_swa</c> in llama.cpp v0.4.0), and all positions
    /// from <c>llama_memory_seq_pos_min</c> on are present.</summary>
    private bool HasWindowBefore(int sequence, int position)
    {
        if (_slidingWindow == 0 || _keepsState)
        {
            return true;
        }

        var first = _context.FirstPosition(sequence);
        return first >= 0 && first <= Math.Max(0, position - _slidingWindow + 1);
    }

    /// <summary>Copies a whole sequence into cells of its own. In a split memory llama.cpp's own copy moves whole buffers, and only
    /// at the next decode, so that a save or restore in between would see old data.</summary>
    private unsafe bool CopyThroughState(int source, int target)
    {
        var size = _context.GetStateSize(source);
        if (size is <= 0 or > int.MaxValue)
        {
            return false;
        }

        var memory = NativeMemory.Alloc((nuint)size);
        NativeLogRouter.Enter(_log);
        try
        {
            var state = new Span<byte>(memory, (int)size);
            if (
                _context.GetState(source, state) == size
                && _context.SetState(target, state) != 0
                && _context.LastPosition(target) == _lengths[source] - 1
            )
            {
                return true;
            }

            _context.Remove(target, -1, -1);
            return false;
        }
        finally
        {
            NativeLogRouter.Enter(null);
            NativeMemory.Free(memory);
        }
    }

    private void ThrowIfNotEmpty(int sequence)
    {
        if (_lengths[sequence] != 0)
        {
            throw new InvalidOperationException(
                $"Sequence {sequence} holds {_lengths[sequence]} tokens; it must be empty."
            );
        }
    }
}
