using System.Numerics.Tensors;
using System.Text;
using LocalSlm.Gguf.Format;
using LocalSlm.Gguf.Interop;
using LocalSlm.Gguf.Runtime;
using LocalSlm.Hardware;

namespace LocalSlm.Benchmarks.EndToEnd.Measuring;

/// <summary>The least that a program can do from a file to a first token with llama.cpp, with the parameters that LocalSlm resolves for the
/// same options: load, make the context, tokenise, one <c>llama_decode</c>, the largest logit. Nothing is checked and nothing is planned.</summary>
internal sealed class BareLoad
{
    private readonly BenchmarkModel _model;
    private readonly LoadPlan _load;
    private readonly LlamaContextParams _context;
    private readonly byte[] _prompt;

    /// <param name="model">The model.</param>
    /// <param name="options">How LocalSlm loads it.</param>
    /// <param name="prompt">The prompt, rendered.</param>
    public BareLoad(BenchmarkModel model, ModelLoadOptions options, string prompt)
    {
        NativeRuntime.EnsureLoaded(null);
        _model = model;
        _prompt = Encoding.UTF8.GetBytes(prompt);
        var facts = GgufFacts.Read(model.Path);
        _load = LoadPlan.Make(facts, options, ProcessorTopology.Detect());
        _context = ContextPlan.Of(facts, _load.Options).ToNative(options.KvCacheType);
        _context.n_threads = _context.n_threads_batch = _load.Candidate.Threads;
        _context.flash_attn_type = options.FlashAttention switch
        {
            null => -1,
            true => 1,
            false => 0,
        };
    }

    /// <summary>Loads and computes the first token.</summary>
    /// <returns>The token, the length of the prompt, and what frees the model, which is not a part of the load.</returns>
    public (int Token, int PromptTokens, Action Free) Run()
    {
        var parameters = LlamaNative.llama_model_default_params();
        parameters.load_mode = _load.Options.UseMemoryMap ? 1 : 0; // LLAMA_LOAD_MODE_MMAP, LLAMA_LOAD_MODE_NONE
        using var placement = _load.ToNative();
        placement.Attach(ref parameters);
        var model = ModelHandle.Load(_model.Path, parameters)!;
        using var pool = _load.Candidate.Threads > 1 ? ThreadPoolHandle.Create(_load.Candidate.Threads, poll: 1) : null;
        var context = ContextHandle.Create(model, _context, pool)!;
        var vocabulary = new VocabularyReader(model);
        var tokens = new int[_prompt.Length + 2];
        var count = vocabulary.Tokenize(_prompt, tokens, addSpecial: true, parseSpecial: true);
        using var batch = new BatchHandle(count);
        batch.SetRow(0, tokens.AsSpan(0, count), sequence: 0, position: 0, outputs: 1);
        if (context.Decode(batch, count) != 0)
        {
            throw new InvalidOperationException("llama_decode failed in the bare load.");
        }

        var logits = context.GetLogits(
            count - 1,
            LlamaNative.llama_vocab_n_tokens(LlamaNative.llama_model_get_vocab(model))
        );
        return (TensorPrimitives.IndexOfMax(logits), count, Free);

        void Free()
        {
            context.Dispose();
            model.Dispose();
        }
    }
}
