using System.Runtime.InteropServices;

namespace LocalSlm.Benchmarks.EndToEnd.Interop;

/// <summary><c>llama_token_data_array</c> of llama.cpp v0.4.0's <c>llama.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TokenDataArray
{
    public TokenData* Data;
    public nuint Size;
    public long Selected;
    public byte IsSorted;
}
