namespace LocalSlm.Gguf.Interop;

/// <summary>A <c>llama_context</c>: the KV memory and compute buffers of one model. Keeps its model and its thread pool alive.
/// One thread at a time.</summary>
internal sealed unsafe class ContextHandle : NativeHandle
{
    private readonly ThreadPoolHandle? _pool;
    private readonly ThreadPoolHandle? _restingPool;
    private ThreadPoolHandle? _attached;
    private int _threads;

    private ContextHandle(nint handle, ModelHandle model, ThreadPoolHandle? pool, ThreadPoolHandle? restingPool)
        : base(handle, model, pool, restingPool)
    {
        _pool = pool;
        _restingPool = restingPool;
    }

    /// <summary>Creates a context.</summary>
    /// <param name="model">Its model.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="pool">The threads that compute when all do.</param>
    /// <param name="restingPool">The threads that compute when fewer do; <see langword="null"/> for those of
    /// <paramref name="pool"/>. The workers of the pool that is not in use sleep.</param>
    /// <returns>The context, or <see langword="null"/> if the library refused; its log says why.</returns>
    public static ContextHandle? Create(
        ModelHandle model,
        LlamaContextParams parameters,
        ThreadPoolHandle? pool,
        ThreadPoolHandle? restingPool = null
    )
    {
        var handle = LlamaNative.llama_init_from_model(model, parameters);
        if (handle == 0)
        {
            return null;
        }

        var context = new ContextHandle(handle, model, pool, restingPool);
        context.Attach(pool);
        return context;
    }

    public int ContextTokens => (int)LlamaNative.llama_n_ctx(this);

    public int SequenceTokens => (int)LlamaNative.llama_n_ctx_seq(this);

    public int BatchTokens => (int)LlamaNative.llama_n_batch(this);

    public void SetThreads(int threads)
    {
        if (threads != _threads)
        {
            Attach(_pool is null || threads >= _pool.Threads ? _pool : _restingPool ?? _pool);
            LlamaNative.llama_set_n_threads(this, threads, threads);
            _threads = threads;
        }
    }

    private void Attach(ThreadPoolHandle? pool)
    {
        if (pool is not null && pool != _attached)
        {
            LlamaNative.llama_attach_threadpool(this, pool.DangerousGetHandle(), pool.DangerousGetHandle());
            _attached = pool;
        }
    }

    public void SetAbortCallback(delegate* unmanaged[Cdecl]<void*, byte> callback, nint data) =>
        LlamaNative.llama_set_abort_callback(this, callback, (void*)data);

    /// <summary>Computes the first tokens of a batch; the result is <c>llama_decode</c>'s.</summary>
    public int Decode(BatchHandle batch, int tokenCount)
    {
        var result = LlamaNative.llama_decode(this, batch.Take(tokenCount));
        GC.KeepAlive(batch);
        return DecodeFaults.AreInjected && DecodeFaults.Injection is { } injection ? injection(result) : result;
    }

    /// <summary>Gets the logits of a token of the last batch, or an empty span if it has none.</summary>
    public Span<float> GetLogits(int batchIndex, int vocabularySize)
    {
        var logits = LlamaNative.llama_get_logits_ith(this, batchIndex);
        return logits == null ? default : new Span<float>(logits, vocabularySize);
    }

    /// <summary>Gets a value indicating whether the context keeps tokens; encoders do not.</summary>
    public bool HasMemory => LlamaNative.llama_get_memory(this) != 0;

    /// <summary>Gets the hidden state of a token of the last batch, or an empty span if it has none. Without pooling.</summary>
    public ReadOnlySpan<float> GetHiddenState(int batchIndex, int width)
    {
        var state = LlamaNative.llama_get_embeddings_ith(this, batchIndex);
        return state == null ? default : new ReadOnlySpan<float>(state, width);
    }

    /// <summary>Forgets all tokens, where there is a memory.</summary>
    public void Clear()
    {
        if (LlamaNative.llama_get_memory(this) is var memory and not 0)
        {
            LlamaNative.llama_memory_clear(memory, 0);
        }
    }

    public bool Remove(int sequence, int start, int end) =>
        LlamaNative.llama_memory_seq_rm(LlamaNative.llama_get_memory(this), sequence, start, end) != 0;

    public void Copy(int source, int target, int start, int end) =>
        LlamaNative.llama_memory_seq_cp(LlamaNative.llama_get_memory(this), source, target, start, end);

    public int FirstPosition(int sequence) =>
        LlamaNative.llama_memory_seq_pos_min(LlamaNative.llama_get_memory(this), sequence);

    public int LastPosition(int sequence) =>
        LlamaNative.llama_memory_seq_pos_max(LlamaNative.llama_get_memory(this), sequence);

    public long GetStateSize(int sequence) => (long)LlamaNative.llama_state_seq_get_size(this, sequence);

    /// <summary>Writes a sequence's state; the result is the bytes written, 0 on failure.</summary>
    public long GetState(int sequence, Span<byte> target)
    {
        fixed (byte* data = target)
        {
            return (long)LlamaNative.llama_state_seq_get_data(this, data, (nuint)target.Length, sequence);
        }
    }

    /// <summary>Reads a sequence's state; the result is the bytes read, 0 on failure.</summary>
    public long SetState(int sequence, ReadOnlySpan<byte> source)
    {
        fixed (byte* data = source)
        {
            return (long)LlamaNative.llama_state_seq_set_data(this, data, (nuint)source.Length, sequence);
        }
    }

    protected override void Free() => LlamaNative.llama_free(handle);
}
