using System.Text;
using LocalSlm.Benchmarks.EndToEnd.Measuring;
using LocalSlm.Constraints;
using LocalSlm.Gguf;
using LocalSlm.Onnx;
using LocalSlm.Sampling;
using LocalSlm.Scheduling;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Benchmarks.EndToEnd.Constraints;

/// <summary>A model with its engine, asked with and without a shape.</summary>
internal sealed class ConstrainedEngine : IDisposable
{
    private readonly IRuntimeModel _model;
    private readonly InferenceEngine _engine;
    private readonly int[] _prompt;
    private readonly Dictionary<int, float> _noEnd;

    private ConstrainedEngine(IRuntimeModel model, ModelLoadOptions options)
    {
        _model = model;
        _engine = new InferenceEngine(
            EngineSettings.From("benchmark", options),
            model.Decoder,
            model.Tokenizer,
            TimeProvider.System,
            NullLogger.Instance
        );
        _noEnd = model.Tokenizer.EndOfGenerationTokens.ToDictionary(token => token, _ => float.NegativeInfinity);
        _prompt =
        [
            .. Encode(
                "<|im_start|>user\nWrite the record of a person as JSON.<|im_end|>\n<|im_start|>assistant\n",
                true
            ),
        ];
    }

    public static async Task<ConstrainedEngine> LoadAsync(BenchmarkModel model, ModelLoadOptions options)
    {
        IModelRuntime runtime = model.IsOnnx ? new OnnxModelRuntime() : new GgufRuntime();
        return new ConstrainedEngine(
            await runtime.OpenAsync(model.Path, options, NullLoggerFactory.Instance, null, CancellationToken.None),
            options
        );
    }

    public int CountTokens(string text) => Encode(text, isControl: false).Count;

    /// <summary>Generates a reply.</summary>
    /// <returns>Its text, its tokens, and the time from the first choice to the end by the engine's own clock.</returns>
    public async Task<(string Text, int Tokens, TimeSpan Time)> GenerateAsync(
        ReplyShape? shape,
        bool jumps,
        int outputTokens,
        float temperature = 0
    )
    {
        await using var reply = _engine.Submit(
            new GenerationRequest
            {
                Prompt = _prompt,
                Sampling = new SamplingSettings
                {
                    Temperature = temperature,
                    LogitBias = shape is null ? _noEnd : null,
                },
                Shape = shape,
                JumpsAhead = jumps,
                MaxOutputTokens = outputTokens,
                UsePrefixCache = false,
            },
            CancellationToken.None
        );
        var text = new StringBuilder();
        while (await reply.WaitToReadAsync().ConfigureAwait(false))
        {
            while (reply.TryRead(out var update))
            {
                text.Append(update.Text);
            }
        }

        return (text.ToString(), reply.Usage.OutputTokens, reply.Usage.DecodeDuration);
    }

    public void Dispose()
    {
        _engine.Dispose();
        _model.Dispose();
    }

    private List<int> Encode(string text, bool isControl)
    {
        var tokens = new List<int>();
        _model.Tokenizer.Encode([new PromptSpan(text, isControl)], addSpecialTokens: false, tokens);
        return tokens;
    }
}
