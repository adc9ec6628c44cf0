using System.Diagnostics;
using System.Numerics.Tensors;
using LocalSlm.Gguf.Interop;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Benchmarks.EndToEnd.Measuring;

/// <summary>The least that a program can do to generate with llama.cpp: one batch, <c>llama_decode</c>, the largest logit. It has
/// no engine, no text, no cancellation, and uses the same native library in the same process.</summary>
internal sealed class BareLoop : IDisposable
{
    private readonly ModelHandle _model;
    private readonly ContextHandle _context;
    private readonly BatchHandle _batch;
    private readonly int _vocabularySize;

    private readonly AbortGuard? _guard;

    /// <param name="model">The model.</param>
    /// <param name="contextTokens">The size of the context.</param>
    /// <param name="batchTokens">The most tokens of one step.</param>
    /// <param name="threads">The threads that compute.</param>
    /// <param name="poll">How long idle workers spin, 0 to 100.</param>
    /// <param name="isStoppable">Whether llama.cpp asks the same abort callback as LocalSlm's decoder sets.</param>
    public BareLoop(
        BenchmarkModel model,
        int contextTokens,
        int batchTokens,
        int threads,
        uint poll = 0,
        bool isStoppable = false
    )
    {
        NativeRuntime.EnsureLoaded(null);
        _model = ModelHandle.Load(model.Path, LlamaNative.llama_model_default_params())!;
        var parameters = LlamaNative.llama_context_default_params();
        parameters.n_ctx = (uint)contextTokens;
        parameters.n_batch = parameters.n_ubatch = (uint)batchTokens;
        parameters.n_seq_max = 1;
        parameters.n_threads = parameters.n_threads_batch = threads;
        parameters.kv_unified = 1;
        parameters.flash_attn_type = 1;
        using var pool = threads > 1 ? ThreadPoolHandle.Create(threads, poll) : null;
        _context = ContextHandle.Create(_model, parameters, pool)!;
        _batch = new BatchHandle(batchTokens);
        if (isStoppable)
        {
            _guard = new AbortGuard(new NativeLogScope(NullLogger.Instance), static () => false);
            _guard.Arm(long.MaxValue, watchesLoad: false, CancellationToken.None);
            _guard.Attach(_context);
        }

        _vocabularySize = LlamaNative.llama_vocab_n_tokens(LlamaNative.llama_model_get_vocab(_model));
    }

    /// <summary>Generates from an empty context.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="outputTokens">The tokens to generate.</param>
    /// <param name="output">Receives them.</param>
    /// <param name="times">Receives when each of them was there.</param>
    /// <returns>The time to the first token, and from the first to the last.</returns>
    public (TimeSpan Prefill, TimeSpan Decode) Generate(
        ReadOnlySpan<int> prompt,
        int outputTokens,
        Span<int> output,
        List<long>? times = null
    )
    {
        _context.Remove(0, -1, -1);
        var started = Stopwatch.GetTimestamp();
        var token = Compute(prompt, 0);
        var first = Stopwatch.GetTimestamp();
        output[0] = token;
        times?.Add(first);
        for (var i = 1; i < outputTokens; i++)
        {
            token = Compute([token], prompt.Length + i - 1);
            output[i] = token;
            times?.Add(Stopwatch.GetTimestamp());
        }

        return (Stopwatch.GetElapsedTime(started, first), Stopwatch.GetElapsedTime(first));
    }

    /// <summary>Computes a few tokens behind others, up to the choice of the next.</summary>
    /// <param name="depth">The tokens that are there already.</param>
    /// <param name="tokens">The tokens to compute.</param>
    /// <returns>The time the few took.</returns>
    public TimeSpan Append(ReadOnlySpan<int> depth, ReadOnlySpan<int> tokens)
    {
        _context.Remove(0, -1, -1);
        Compute(depth, 0);
        var started = Stopwatch.GetTimestamp();
        Compute(tokens, depth.Length);
        return Stopwatch.GetElapsedTime(started);
    }

    public void Dispose()
    {
        _context.Dispose();
        _guard?.Dispose();
        _batch.Dispose();
        _model.Dispose();
    }

    private int Compute(ReadOnlySpan<int> tokens, int position)
    {
        var last = 0;
        while (!tokens.IsEmpty)
        {
            var part = tokens[..Math.Min(tokens.Length, _batch.Capacity)];
            tokens = tokens[part.Length..];
            _batch.SetRow(0, part, sequence: 0, position, outputs: tokens.IsEmpty ? 1 : 0);
            if (_context.Decode(_batch, part.Length) != 0)
            {
                throw new InvalidOperationException("llama_decode failed in the bare loop.");
            }

            position += part.Length;
            last = part.Length - 1;
        }

        return TensorPrimitives.IndexOfMax(_context.GetLogits(last, _vocabularySize));
    }
}
