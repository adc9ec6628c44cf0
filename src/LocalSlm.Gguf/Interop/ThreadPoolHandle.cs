namespace LocalSlm.Gguf.Interop;

/// <summary>A <c>ggml_threadpool</c>: the worker threads of one context. It outlives every context it is attached to.</summary>
internal sealed unsafe class ThreadPoolHandle : NativeHandle
{
    private readonly delegate* unmanaged[Cdecl]<nint, void> _free;

    private ThreadPoolHandle(nint handle, int threads, delegate* unmanaged[Cdecl]<nint, void> free)
        : base(handle)
    {
        Threads = threads;
        _free = free;
    }

    /// <summary>Gets its threads, the one that calls included.</summary>
    public int Threads { get; }

    /// <summary>Creates a pool.</summary>
    /// <param name="threads">Its threads, the one that calls included.</param>
    /// <param name="poll">How long idle workers spin before they sleep, 0 to 100; 0: they sleep at once.</param>
    /// <returns>The pool, or <see langword="null"/> where the CPU backend offers none.</returns>
    public static ThreadPoolHandle? Create(int threads, uint poll = 0)
    {
        const int CpuDevice = 0; // GGML_BACKEND_DEVICE_TYPE_CPU
        var device = GgmlNative.ggml_backend_dev_by_type(CpuDevice);
        if (device == 0)
        {
            return null;
        }

        // The CPU backend is loaded at run time, one variant per microarchitecture, so its functions are asked of its registry.
        var registry = GgmlNative.ggml_backend_dev_backend_reg(device);
        var create = (delegate* unmanaged[Cdecl]<GgmlThreadpoolParams*, nint>)
            GgmlNative.ggml_backend_reg_get_proc_address(registry, "ggml_threadpool_new");
        var free = (delegate* unmanaged[Cdecl]<nint, void>)
            GgmlNative.ggml_backend_reg_get_proc_address(registry, "ggml_threadpool_free");
        if (create == null || free == null)
        {
            return null;
        }

        GgmlThreadpoolParams parameters;
        GgmlNative.ggml_threadpool_params_init(&parameters, threads);
        parameters.poll = poll;

        // New threads would spin first, in the way of those that still load the model. The first graph wakes them.
        parameters.paused = 1;
        var handle = create(&parameters);
        return handle == 0 ? null : new ThreadPoolHandle(handle, threads, free);
    }

    protected override void Free() => _free(handle);
}
