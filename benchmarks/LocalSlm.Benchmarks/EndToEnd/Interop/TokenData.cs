using System.Runtime.InteropServices;

namespace LocalSlm.Benchmarks.EndToEnd.Interop;

/// <summary><c>llama_token_data</c> of llama.cpp v0.4.0's <c>llama.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TokenData
{
    public int Id;
    public float Logit;
    public float Probability;
}
