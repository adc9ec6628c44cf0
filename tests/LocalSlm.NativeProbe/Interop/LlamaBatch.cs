using System.Runtime.InteropServices;

namespace LocalSlm.NativeProbe.Interop;

/// <summary><c>llama_batch</c> of llama.h, llama.cpp v0.4.0.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaBatch
{
    public int Tokens;
    public int* Token;
    public float* Embedding;
    public int* Position;
    public int* SequenceCount;
    public int** Sequence;
    public sbyte* Logits;
}
