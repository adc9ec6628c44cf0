using System.Runtime.InteropServices;

namespace LocalSlm.Gguf.Interop;

/// <summary><c>struct llama_model_params</c> of <c>llama.h</c>, llama.cpp v0.4.0. C <c>bool</c> is <see langword="byte"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaModelParams
{
    public void* devices;
    public void* tensor_buft_overrides;
    public int n_gpu_layers;
    public int split_mode;
    public int load_mode;
    public int lazy_mode;
    public int main_gpu;
    public float* tensor_split;
    public delegate* unmanaged[Cdecl]<float, void*, byte> progress_callback;
    public void* progress_callback_user_data;
    public void* kv_overrides;
    public byte vocab_only;
    public byte check_tensors;
    public byte use_extra_bufts;
    public byte no_host;
    public byte no_alloc;
    public byte load_mtp;
}
