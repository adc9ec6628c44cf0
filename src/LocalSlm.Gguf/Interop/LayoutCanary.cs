namespace LocalSlm.Gguf.Interop;

/// <summary>Checks at load that structs mean the same on both sides: the library's default parameters must be where this package
/// looks for them. Values: <c>llama_model_default_params</c> and <c>llama_context_default_params</c> of llama.cpp v0.4.0.</summary>
internal static class LayoutCanary
{
    /// <summary>Compares default parameters with the known ones.</summary>
    /// <returns>The first field that differs, with both values; or <see langword="null"/>.</returns>
    public static string? Check(in LlamaModelParams model, in LlamaContextParams context) =>
        Differs("n_gpu_layers", model.n_gpu_layers, -1)
        ?? Differs("split_mode", model.split_mode, 1)
        ?? Differs("load_mode", model.load_mode, -1)
        ?? Differs("lazy_mode", model.lazy_mode, 1)
        ?? Differs("main_gpu", model.main_gpu, 0)
        ?? Differs("vocab_only", model.vocab_only, 0)
        ?? Differs("use_extra_bufts", model.use_extra_bufts, 1)
        ?? Differs("no_alloc", model.no_alloc, 0)
        ?? Differs("n_ctx", context.n_ctx, 512)
        ?? Differs("n_batch", context.n_batch, 2048)
        ?? Differs("n_ubatch", context.n_ubatch, 512)
        ?? Differs("n_seq_max", context.n_seq_max, 1)
        ?? Differs("n_outputs_max_per_seq", context.n_outputs_max_per_seq, 1)
        ?? Differs("n_threads", context.n_threads, 4)
        ?? Differs("n_threads_batch", context.n_threads_batch, 4)
        ?? Differs("rope_scaling_type", context.rope_scaling_type, -1)
        ?? Differs("flash_attn_type", context.flash_attn_type, -1)
        ?? Differs("yarn_beta_slow", context.yarn_beta_slow, -1)
        ?? Differs("defrag_thold", context.defrag_thold, -1)
        ?? Differs("type_k", context.type_k, 1)
        ?? Differs("type_v", context.type_v, 1)
        ?? Differs("offload_kqv", context.offload_kqv, 1)
        ?? Differs("no_perf", context.no_perf, 1)
        ?? Differs("op_offload", context.op_offload, 1)
        ?? Differs("swa_full", context.swa_full, 1)
        ?? Differs("kv_unified", context.kv_unified, 0)
        ?? Differs("n_samplers", context.n_samplers, 0);

    private static string? Differs(string field, double found, double known) =>
        found == known ? null : FormattableString.Invariant($"{field} is {found} where {known} was expected");
}
