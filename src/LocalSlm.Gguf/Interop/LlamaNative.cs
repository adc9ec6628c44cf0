using System.Runtime.InteropServices;

namespace LocalSlm.Gguf.Interop;

/// <summary>Functions of <c>llama.h</c>, llama.cpp v0.4.0. <see cref="NativeRuntime"/> loads the library first.</summary>
internal static unsafe partial class LlamaNative
{
    public const string Library = "llama";

    [LibraryImport(Library)]
    public static partial byte* llama_version();

    [LibraryImport(Library)]
    public static partial void llama_backend_init();

    [LibraryImport(Library)]
    public static partial void llama_log_set(delegate* unmanaged[Cdecl]<int, byte*, void*, void> callback, void* data);

    [LibraryImport(Library)]
    public static partial LlamaModelParams llama_model_default_params();

    [LibraryImport(Library)]
    public static partial LlamaContextParams llama_context_default_params();

    [LibraryImport(Library)]
    public static partial nint llama_model_load_from_file(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path,
        LlamaModelParams parameters
    );

    [LibraryImport(Library)]
    public static partial void llama_model_free(nint model);

    [LibraryImport(Library)]
    public static partial nint llama_init_from_model(ModelHandle model, LlamaContextParams parameters);

    [LibraryImport(Library)]
    public static partial void llama_free(nint context);

    [LibraryImport(Library)]
    public static partial byte llama_supports_gpu_offload();

    [LibraryImport(Library)]
    public static partial nint llama_model_get_vocab(ModelHandle model);

    [LibraryImport(Library)]
    public static partial int llama_model_n_swa(ModelHandle model);

    [LibraryImport(Library)]
    public static partial int llama_model_n_embd_out(ModelHandle model);

    [LibraryImport(Library)]
    public static partial int llama_model_n_layer(ModelHandle model);

    [LibraryImport(Library)]
    public static partial byte llama_model_has_encoder(ModelHandle model);

    [LibraryImport(Library)]
    public static partial byte llama_model_has_decoder(ModelHandle model);

    [LibraryImport(Library)]
    public static partial byte llama_model_is_recurrent(ModelHandle model);

    [LibraryImport(Library)]
    public static partial byte llama_model_is_hybrid(ModelHandle model);

    [LibraryImport(Library)]
    public static partial byte llama_model_is_diffusion(ModelHandle model);

    [LibraryImport(Library)]
    public static partial int llama_model_meta_val_str(
        ModelHandle model,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string key,
        byte* buffer,
        nuint size
    );

    [LibraryImport(Library)]
    public static partial uint llama_n_ctx(ContextHandle context);

    [LibraryImport(Library)]
    public static partial uint llama_n_ctx_seq(ContextHandle context);

    [LibraryImport(Library)]
    public static partial uint llama_n_batch(ContextHandle context);

    [LibraryImport(Library)]
    public static partial void llama_attach_threadpool(ContextHandle context, nint pool, nint batchPool);

    [LibraryImport(Library)]
    public static partial void llama_set_n_threads(ContextHandle context, int threads, int batchThreads);

    [LibraryImport(Library)]
    public static partial void llama_set_abort_callback(
        ContextHandle context,
        delegate* unmanaged[Cdecl]<void*, byte> callback,
        void* data
    );

    [LibraryImport(Library)]
    public static partial int llama_decode(ContextHandle context, LlamaBatch batch);

    [LibraryImport(Library)]
    public static partial float* llama_get_logits_ith(ContextHandle context, int index);

    [LibraryImport(Library)]
    public static partial float* llama_get_embeddings_ith(ContextHandle context, int index);

    [LibraryImport(Library)]
    public static partial nint llama_get_memory(ContextHandle context);

    [LibraryImport(Library)]
    public static partial void llama_memory_clear(nint memory, byte data);

    [LibraryImport(Library)]
    public static partial byte llama_memory_seq_rm(nint memory, int sequence, int start, int end);

    [LibraryImport(Library)]
    public static partial void llama_memory_seq_cp(nint memory, int source, int target, int start, int end);

    [LibraryImport(Library)]
    public static partial int llama_memory_seq_pos_min(nint memory, int sequence);

    [LibraryImport(Library)]
    public static partial int llama_memory_seq_pos_max(nint memory, int sequence);

    [LibraryImport(Library)]
    public static partial nuint llama_state_seq_get_size(ContextHandle context, int sequence);

    [LibraryImport(Library)]
    public static partial nuint llama_state_seq_get_data(ContextHandle context, byte* data, nuint size, int sequence);

    [LibraryImport(Library)]
    public static partial nuint llama_state_seq_set_data(ContextHandle context, byte* data, nuint size, int sequence);

    [LibraryImport(Library)]
    public static partial int llama_vocab_type(nint vocabulary);

    [LibraryImport(Library)]
    public static partial int llama_vocab_n_tokens(nint vocabulary);

    [LibraryImport(Library)]
    public static partial byte* llama_vocab_get_text(nint vocabulary, int token);

    [LibraryImport(Library)]
    public static partial int llama_vocab_get_attr(nint vocabulary, int token);

    [LibraryImport(Library)]
    public static partial byte llama_vocab_is_eog(nint vocabulary, int token);

    [LibraryImport(Library)]
    public static partial int llama_vocab_bos(nint vocabulary);

    [LibraryImport(Library)]
    public static partial int llama_vocab_eos(nint vocabulary);

    [LibraryImport(Library)]
    public static partial byte llama_vocab_get_add_bos(nint vocabulary);

    [LibraryImport(Library)]
    public static partial int llama_tokenize(
        nint vocabulary,
        byte* text,
        int textLength,
        int* tokens,
        int capacity,
        byte addSpecial,
        byte parseSpecial
    );

    [LibraryImport(Library)]
    public static partial int llama_token_to_piece(
        nint vocabulary,
        int token,
        byte* buffer,
        int length,
        int leftStrip,
        byte special
    );
}
