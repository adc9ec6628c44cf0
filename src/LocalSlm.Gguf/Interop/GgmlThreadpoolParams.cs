using System.Runtime.InteropServices;

namespace LocalSlm.Gguf.Interop;

/// <summary><c>struct ggml_threadpool_params</c> of <c>ggml.h</c>, llama.cpp v0.4.0. C <c>bool</c> is <see langword="byte"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GgmlThreadpoolParams
{
    /// <summary><c>GGML_MAX_N_THREADS</c> of <c>ggml.h</c>.</summary>
    public const int MaxThreads = 512;

    public fixed byte cpumask[MaxThreads];
    public int n_threads;
    public int prio;
    public uint poll;
    public byte strict_cpu;
    public byte paused;
}
