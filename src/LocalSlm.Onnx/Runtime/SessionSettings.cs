using System.Collections.Frozen;
using System.Globalization;
using LocalSlm.Onnx.Format;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Makes the options of a session: what a token loop needs, and what the model's config asks for as far as that is safe.</summary>
internal static partial class SessionSettings
{
    private const string SpinDuration = "session.intra_op.spin_duration_us";
    private const string AllowSpinning = "session.intra_op.allow_spinning";

    /// <summary>How long workers spin behind a step while other programs may want the cores: 10 µs keeps two threads within a few
    /// percent of the default on an idle machine, and well ahead of it beside a busy process (docs/decisions/0007-threads.md).</summary>
    private const string ShortSpin = "10";

    /// <summary>Entries of a config that change numerics or speed alone. Others name files, threads, logs, profiles or libraries, which
    /// are not the model's to decide.</summary>
    private static readonly FrozenSet<string> s_safeEntries = FrozenSet.ToFrozenSet(
        [
            "session.set_denormal_as_zero",
            "session.disable_prepacking",
            "session.disable_quant_qdq",
            "session.disable_double_qdq_remover",
            "session.enable_quant_qdq_cleanup",
            "session.qdqisint8allowed",
            "session.x64quantprecision",
            "session.qdq_matmulnbits_accuracy_level",
            "session.qdq_matmulnbits_block_size",
            "session.enable_dq_matmulnbits_fusion",
            "session.use_device_allocator_for_initializers",
            "session.graph_optimizations_loop_level",
            "session.disable_aot_function_inlining",
            "session.use_deterministic_compute",
            "optimization.enable_gelu_approximation",
            "optimization.enable_cast_chain_elimination",
            "optimization.disable_specified_optimizers",
            "mlas.enable_gemm_fastmath_arm64_bfloat16",
            "mlas.use_lut_gemm",
            "mlas.qnbit.force_fp32",
            "mlas.disable_kleidiai",
        ],
        StringComparer.Ordinal
    );

    /// <summary>Makes the options; the caller disposes them once the session is made.</summary>
    /// <param name="files">The checked files.</param>
    /// <param name="options">How to load.</param>
    /// <param name="threads">The threads that compute.</param>
    /// <param name="onDevice">Whether another device than the CPU is meant to compute.</param>
    /// <param name="logger">Where messages go.</param>
    public static SessionOptions Create(
        OnnxModelFiles files,
        ModelLoadOptions options,
        int threads,
        bool onDevice,
        ILogger logger
    )
    {
        var session = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            // Patterns are kept for every shape that was ever seen, and a conversation has a new one at each prefill; devices such as
            // DirectML do not allow them at all.
            EnableMemoryPattern = false,
        };
        try
        {
            if (onDevice)
            {
                // The CPU does shape arithmetic between the device's steps: nobody should spin for it.
                session.AddSessionConfigEntry(AllowSpinning, "0");
            }
            else if (options.AdaptThreads)
            {
                session.AddSessionConfigEntry(SpinDuration, ShortSpin);
            }

            session.AddSessionConfigEntry("session.record_ep_graph_assignment_info", "1");
            ApplyConfig(session, files, logger);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static void ApplyConfig(SessionOptions session, OnnxModelFiles files, ILogger logger)
    {
        foreach (var (key, value) in files.SessionOptions)
        {
            if (s_safeEntries.Contains(key))
            {
                session.AddSessionConfigEntry(key, value);
            }
            else if (key == "graph_optimization_level" && LevelOf(value) is { } level)
            {
                session.GraphOptimizationLevel = level;
            }
            else
            {
                LogIgnored(logger, key, value);
            }
        }

        foreach (var (provider, _) in files.Providers)
        {
            LogProviderIgnored(logger, provider);
        }
    }

    /// <summary>Reads the names that GenAI's builder writes, or the numbers of <c>GraphOptimizationLevel</c>.</summary>
    private static GraphOptimizationLevel? LevelOf(string value) =>
        value.ToUpperInvariant() switch
        {
            "ORT_DISABLE_ALL" or "0" => GraphOptimizationLevel.ORT_DISABLE_ALL,
            "ORT_ENABLE_BASIC" or "1" => GraphOptimizationLevel.ORT_ENABLE_BASIC,
            "ORT_ENABLE_EXTENDED" or "2" => GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
            "ORT_ENABLE_ALL" or "99" => GraphOptimizationLevel.ORT_ENABLE_ALL,
            _ => null,
        };

    [LoggerMessage(
        EventId = 310,
        EventName = "OnnxSessionOptionIgnored",
        Level = LogLevel.Debug,
        Message = "The model's config asks for the session option '{Option}' = '{Value}'; LocalSlm decides that itself, and ignores it."
    )]
    private static partial void LogIgnored(ILogger logger, string option, string value);

    [LoggerMessage(
        EventId = 311,
        EventName = "OnnxProviderOfConfigIgnored",
        Level = LogLevel.Information,
        Message = "The model's config names the execution provider '{Provider}'. Devices and provider options are the application's choice: "
            + "ModelLoadOptions.Devices."
    )]
    private static partial void LogProviderIgnored(ILogger logger, string provider);
}
