using System.Runtime.InteropServices;

namespace LocalSlm.Gguf.Interop;

/// <summary>The arrays of a <c>llama_batch</c>, allocated once. Every token belongs to one sequence.</summary>
internal sealed unsafe class BatchHandle : NativeHandle
{
    private LlamaBatch _batch;
    private readonly int* _sequences;

    public BatchHandle(int capacity)
        : base((nint)NativeMemory.AllocZeroed((nuint)capacity, BytesPerToken))
    {
        Capacity = capacity;
        var memory = (byte*)handle;

        // Pointers first, so that every array is aligned.
        _batch.seq_id = (int**)memory;
        memory += (nint)capacity * sizeof(int*);
        _batch.token = (int*)memory;
        memory += (nint)capacity * sizeof(int);
        _batch.pos = (int*)memory;
        memory += (nint)capacity * sizeof(int);
        _batch.n_seq_id = (int*)memory;
        memory += (nint)capacity * sizeof(int);
        _sequences = (int*)memory;
        memory += (nint)capacity * sizeof(int);
        _batch.logits = (sbyte*)memory;
        for (var i = 0; i < capacity; i++)
        {
            _batch.n_seq_id[i] = 1;
            _batch.seq_id[i] = _sequences + i;
        }
    }

    private static nuint BytesPerToken => (nuint)(sizeof(int*) + (4 * sizeof(int)) + sizeof(sbyte));

    /// <summary>Gets the most tokens it holds.</summary>
    public int Capacity { get; }

    /// <summary>Writes one row: tokens at consecutive positions of one sequence.</summary>
    /// <param name="first">Index of its first token in the batch.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="sequence">The sequence.</param>
    /// <param name="position">Position of the first token.</param>
    /// <param name="outputs">How many of its last tokens give logits.</param>
    public void SetRow(int first, ReadOnlySpan<int> tokens, int sequence, int position, int outputs)
    {
        if (first < 0 || tokens.Length > Capacity - first)
        {
            throw new ArgumentOutOfRangeException(
                nameof(tokens),
                $"{tokens.Length} tokens from {first} on do not fit into a batch of {Capacity}."
            );
        }

        tokens.CopyTo(new Span<int>(_batch.token + first, tokens.Length));
        new Span<int>(_sequences + first, tokens.Length).Fill(sequence);
        var silent = tokens.Length - outputs;
        new Span<sbyte>(_batch.logits + first, silent).Clear();
        new Span<sbyte>(_batch.logits + first + silent, outputs).Fill(1);
        for (var i = 0; i < tokens.Length; i++)
        {
            _batch.pos[first + i] = position + i;
        }
    }

    /// <summary>Gets the native batch of the first tokens. It lives as long as this object.</summary>
    public LlamaBatch Take(int tokenCount)
    {
        var batch = _batch;
        batch.n_tokens = tokenCount;
        return batch;
    }

    protected override void Free() => NativeMemory.Free((void*)handle);
}
