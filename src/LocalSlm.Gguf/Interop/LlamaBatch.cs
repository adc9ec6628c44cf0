using System.Runtime.InteropServices;

namespace LocalSlm.Gguf.Interop;

/// <summary><c>struct llama_batch</c> of <c>llama.h</c>, llama.cpp v0.4.0.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaBatch
{
    public int n_tokens;
    public int* token;
    public float* embd;
    public int* pos;
    public int* n_seq_id;
    public int** seq_id;
    public sbyte* logits;
}
