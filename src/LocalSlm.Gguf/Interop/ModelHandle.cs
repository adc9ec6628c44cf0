using System.Runtime.InteropServices;

namespace LocalSlm.Gguf.Interop;

/// <summary>A <c>llama_model</c>.</summary>
internal sealed class ModelHandle : NativeHandle
{
    private ModelHandle(nint handle)
        : base(handle) { }

    /// <summary>Loads a model file.</summary>
    /// <returns>The model, or <see langword="null"/> if the library refused it; its log says why.</returns>
    public static ModelHandle? Load(string path, LlamaModelParams parameters)
    {
        var handle = LlamaNative.llama_model_load_from_file(path, parameters);
        return handle == 0 ? null : new ModelHandle(handle);
    }

    public bool IsRecurrent => LlamaNative.llama_model_is_recurrent(this) != 0;

    public bool IsHybrid => LlamaNative.llama_model_is_hybrid(this) != 0;

    public bool IsDiffusion => LlamaNative.llama_model_is_diffusion(this) != 0;

    public bool HasEncoder => LlamaNative.llama_model_has_encoder(this) != 0;

    public bool HasDecoder => LlamaNative.llama_model_has_decoder(this) != 0;

    public int SlidingWindowTokens => LlamaNative.llama_model_n_swa(this);

    public int OutputWidth => LlamaNative.llama_model_n_embd_out(this);

    public int LayerCount => LlamaNative.llama_model_n_layer(this);

    /// <summary>Reads a scalar value of the file's metadata, as text.</summary>
    /// <returns>The value, or <see langword="null"/> if there is none or it is longer than 255 bytes.</returns>
    public unsafe string? GetMetadata(string key)
    {
        const int Capacity = 256;
        var buffer = stackalloc byte[Capacity];
        var length = LlamaNative.llama_model_meta_val_str(this, key, buffer, Capacity);
        return length is < 0 or >= Capacity ? null : Marshal.PtrToStringUTF8((nint)buffer, length);
    }

    protected override void Free() => LlamaNative.llama_model_free(handle);
}
