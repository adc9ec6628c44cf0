using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LocalSlm.Gguf.Interop;

namespace LocalSlm.Tests.Interop;

/// <summary>Struct layouts against the pinned header. Expected numbers: <c>sizeof</c> and <c>offsetof</c> printed by a C++ program
/// that includes llama.h and ggml.h of llama.cpp v0.4.0, compiled with g++ for x86-64 Linux. All platforms with 64-bit pointers
/// lay these structs out alike: no field is a <c>long</c> or a bit field.</summary>
public sealed class StructLayoutTests
{
    private static readonly Type[] s_types =
    [
        typeof(LlamaModelParams),
        typeof(LlamaContextParams),
        typeof(LlamaBatch),
        typeof(GgmlThreadpoolParams),
        typeof(GgmlDeviceProps),
    ];

    [Theory]
    [InlineData("LlamaModelParams", 80)]
    [InlineData("LlamaContextParams", 160)]
    [InlineData("LlamaBatch", 56)]
    [InlineData("GgmlThreadpoolParams", 528)]
    [InlineData("GgmlDeviceProps", 56)]
    public void Size_OfStruct_IsTheHeaders(string type, int size) => Assert.Equal(size, SizeOf(Find(type)));

    [Theory]
    [InlineData("LlamaModelParams", "devices", 0)]
    [InlineData("LlamaModelParams", "tensor_buft_overrides", 8)]
    [InlineData("LlamaModelParams", "n_gpu_layers", 16)]
    [InlineData("LlamaModelParams", "split_mode", 20)]
    [InlineData("LlamaModelParams", "load_mode", 24)]
    [InlineData("LlamaModelParams", "lazy_mode", 28)]
    [InlineData("LlamaModelParams", "main_gpu", 32)]
    [InlineData("LlamaModelParams", "tensor_split", 40)]
    [InlineData("LlamaModelParams", "progress_callback", 48)]
    [InlineData("LlamaModelParams", "progress_callback_user_data", 56)]
    [InlineData("LlamaModelParams", "kv_overrides", 64)]
    [InlineData("LlamaModelParams", "vocab_only", 72)]
    [InlineData("LlamaModelParams", "check_tensors", 73)]
    [InlineData("LlamaModelParams", "use_extra_bufts", 74)]
    [InlineData("LlamaModelParams", "no_host", 75)]
    [InlineData("LlamaModelParams", "no_alloc", 76)]
    [InlineData("LlamaModelParams", "load_mtp", 77)]
    [InlineData("LlamaContextParams", "n_ctx", 0)]
    [InlineData("LlamaContextParams", "n_batch", 4)]
    [InlineData("LlamaContextParams", "n_ubatch", 8)]
    [InlineData("LlamaContextParams", "n_seq_max", 12)]
    [InlineData("LlamaContextParams", "n_rs_seq", 16)]
    [InlineData("LlamaContextParams", "n_outputs_max", 20)]
    [InlineData("LlamaContextParams", "n_outputs_max_per_seq", 24)]
    [InlineData("LlamaContextParams", "n_threads", 28)]
    [InlineData("LlamaContextParams", "n_threads_batch", 32)]
    [InlineData("LlamaContextParams", "ctx_type", 36)]
    [InlineData("LlamaContextParams", "rope_scaling_type", 40)]
    [InlineData("LlamaContextParams", "pooling_type", 44)]
    [InlineData("LlamaContextParams", "attention_type", 48)]
    [InlineData("LlamaContextParams", "flash_attn_type", 52)]
    [InlineData("LlamaContextParams", "rope_freq_base", 56)]
    [InlineData("LlamaContextParams", "rope_freq_scale", 60)]
    [InlineData("LlamaContextParams", "yarn_ext_factor", 64)]
    [InlineData("LlamaContextParams", "yarn_attn_factor", 68)]
    [InlineData("LlamaContextParams", "yarn_beta_fast", 72)]
    [InlineData("LlamaContextParams", "yarn_beta_slow", 76)]
    [InlineData("LlamaContextParams", "yarn_orig_ctx", 80)]
    [InlineData("LlamaContextParams", "defrag_thold", 84)]
    [InlineData("LlamaContextParams", "cb_eval", 88)]
    [InlineData("LlamaContextParams", "cb_eval_user_data", 96)]
    [InlineData("LlamaContextParams", "type_k", 104)]
    [InlineData("LlamaContextParams", "type_v", 108)]
    [InlineData("LlamaContextParams", "abort_callback", 112)]
    [InlineData("LlamaContextParams", "abort_callback_data", 120)]
    [InlineData("LlamaContextParams", "embeddings", 128)]
    [InlineData("LlamaContextParams", "offload_kqv", 129)]
    [InlineData("LlamaContextParams", "no_perf", 130)]
    [InlineData("LlamaContextParams", "op_offload", 131)]
    [InlineData("LlamaContextParams", "swa_full", 132)]
    [InlineData("LlamaContextParams", "kv_unified", 133)]
    [InlineData("LlamaContextParams", "samplers", 136)]
    [InlineData("LlamaContextParams", "n_samplers", 144)]
    [InlineData("LlamaContextParams", "ctx_other", 152)]
    [InlineData("LlamaBatch", "n_tokens", 0)]
    [InlineData("LlamaBatch", "token", 8)]
    [InlineData("LlamaBatch", "embd", 16)]
    [InlineData("LlamaBatch", "pos", 24)]
    [InlineData("LlamaBatch", "n_seq_id", 32)]
    [InlineData("LlamaBatch", "seq_id", 40)]
    [InlineData("LlamaBatch", "logits", 48)]
    [InlineData("GgmlThreadpoolParams", "cpumask", 0)]
    [InlineData("GgmlThreadpoolParams", "n_threads", 512)]
    [InlineData("GgmlThreadpoolParams", "prio", 516)]
    [InlineData("GgmlThreadpoolParams", "poll", 520)]
    [InlineData("GgmlThreadpoolParams", "strict_cpu", 524)]
    [InlineData("GgmlThreadpoolParams", "paused", 525)]
    [InlineData("GgmlDeviceProps", "name", 0)]
    [InlineData("GgmlDeviceProps", "description", 8)]
    [InlineData("GgmlDeviceProps", "memory_free", 16)]
    [InlineData("GgmlDeviceProps", "memory_total", 24)]
    [InlineData("GgmlDeviceProps", "type", 32)]
    [InlineData("GgmlDeviceProps", "device_id", 40)]
    [InlineData("GgmlDeviceProps", "caps_async", 48)]
    [InlineData("GgmlDeviceProps", "caps_host_buffer", 49)]
    [InlineData("GgmlDeviceProps", "caps_buffer_from_host_ptr", 50)]
    [InlineData("GgmlDeviceProps", "caps_events", 51)]
    [InlineData("GgmlDeviceProps", "caps_mmap_support", 52)]
    public void Offset_OfField_IsTheHeaders(string type, string field, int offset) =>
        Assert.Equal(offset, (int)Marshal.OffsetOf(Find(type), field));

    [Fact]
    public void Fields_OfEveryStruct_AreAllTested()
    {
        var tested = typeof(StructLayoutTests)
            .GetMethod(nameof(Offset_OfField_IsTheHeaders))!
            .GetCustomAttributes<InlineDataAttribute>()
            .Select(row => $"{row.Data[0]}.{row.Data[1]}")
            .ToHashSet();
        var fields = s_types.SelectMany(type =>
            type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Select(field => $"{type.Name}.{field.Name}")
        );
        Assert.Equal(tested.Order(), fields.Order());
    }

    private static Type Find(string name) => s_types.Single(type => type.Name == name);

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;
}
