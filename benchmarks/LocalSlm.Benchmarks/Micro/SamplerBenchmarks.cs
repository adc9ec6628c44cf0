using BenchmarkDotNet.Attributes;
using LocalSlm.Sampling;

namespace LocalSlm.Benchmarks.Micro;

/// <summary>One token chosen from logits of a vocabulary of 151,936 (Qwen's). Sampling changes logits in place, so each run
/// starts with a copy, which <see cref="CopyOnly"/> measures alone.</summary>
[MemoryDiagnoser]
public class SamplerBenchmarks
{
    private const int Vocabulary = 151_936;
    private readonly float[] _original = new float[Vocabulary];
    private readonly float[] _logits = new float[Vocabulary];
    private readonly int[] _top = new int[20];
    private readonly float[] _topValues = new float[20];
    private TokenSampler _greedy = null!;
    private TokenSampler _full = null!;
    private TokenSampler _topP = null!;
    private TokenSampler _topK = null!;
    private TokenSampler _temperature = null!;

    /// <summary>Gets or sets the shape of the distribution: "peaked" as after a usual prompt (a bulk with a few tokens far
    /// above it), "flat" as for an untrained model, the hardest case for top-p.</summary>
    [Params("peaked", "flat")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        for (int i = 0; i < Vocabulary; i++)
        {
            double normal =
                Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            _original[i] = (float)(normal * (Shape == "flat" ? 0.5 : 2.5));
        }

        if (Shape == "peaked")
        {
            for (int i = 0; i < 40; i++)
            {
                _original[random.Next(Vocabulary)] = 18 - (0.4f * i);
            }
        }

        var penalties = new SamplingSettings
        {
            RepetitionPenalty = 1.1f,
            FrequencyPenalty = 0.1f,
            PresencePenalty = 0.1f,
            PenaltyWindowTokens = 64,
        };
        _greedy = Warm(new SamplingSettings());
        _full = Warm(penalties with { Temperature = 0.7f, TopP = 0.95f, MinP = 0.05f });
        _topP = Warm(penalties with { Temperature = 0.7f, TopP = 0.95f });
        _topK = Warm(new SamplingSettings { Temperature = 0.7f, TopK = 40 });
        _temperature = Warm(new SamplingSettings { Temperature = 0.7f });

        TokenSampler Warm(SamplingSettings settings)
        {
            var sampler = new TokenSampler(settings, Vocabulary);
            sampler.AcceptPrompt([.. Enumerable.Range(0, 64).Select(_ => random.Next(Vocabulary))]);
            return sampler;
        }
    }

    [Benchmark(Baseline = true)]
    public float CopyOnly() => Logits()[0];

    [Benchmark]
    public int Greedy() => _greedy.Sample(Logits());

    [Benchmark]
    public int PenaltiesTopPMinPTemperature() => _full.Sample(Logits());

    [Benchmark]
    public int PenaltiesTopPTemperature() => _topP.Sample(Logits());

    [Benchmark]
    public int TopK40Temperature() => _topK.Sample(Logits());

    [Benchmark]
    public int TemperatureAlone() => _temperature.Sample(Logits());

    [Benchmark]
    public int LogProbabilitiesWithTop20()
    {
        float logSumExp = LogProbabilities.LogSumExp(_original);
        return LogProbabilities.Top(_original, logSumExp, _top, _topValues);
    }

    private Span<float> Logits()
    {
        _original.CopyTo(_logits, 0);
        return _logits;
    }
}
