using CsCheck;
using LocalSlm.Sampling;

namespace LocalSlm.Tests.Sampling;

public class TokenSamplerFilterTests
{
    private static readonly Gen<float> s_logit = Gen.Frequency(
        (60, Gen.Float[-6, 6]),
        (20, Gen.Int[-8, 24].Select(i => i / 2f)),
        (10, Gen.Float[-40, 20]),
        (4, Gen.Const(float.NegativeInfinity)),
        (3, Gen.Const(float.NaN)),
        (1, Gen.OneOfConst(float.MinValue, -1e20f, 0f, -0f))
    );

    private static readonly Gen<float> s_mass = Gen.Frequency((2, Gen.Const(1f)), (3, Gen.Float[0.001f, 0.999f]));

    private static readonly Gen<SamplingSettings> s_settings = Gen.Select(
        Gen.Frequency((1, Gen.Const(0)), (1, Gen.Int[1, 60]), (1, Gen.Int[1, 3000])),
        s_mass,
        s_mass,
        Gen.Frequency((1, Gen.Const(0f)), (1, Gen.Float[0.0001f, 0.9f])),
        (k, typical, p, min) =>
            new SamplingSettings
            {
                Temperature = 0.8f,
                TopK = k,
                TypicalP = typical,
                TopP = p,
                MinP = min,
            }
    );

    [Theory]
    [InlineData(1, 40, 3000)]
    [InlineData(100, 900, 2000)]
    [InlineData(3000, 6000, 200)]
    public void Select_AnyLogitsAndSettings_EqualsTheSortingOracle(int least, int most, int cases)
    {
        int compared = 0;
        Gen.Select(s_logit.Array[least, most], s_settings)
            .Where((logits, _) => logits.Any(l => l > float.NegativeInfinity))
            .Sample(
                (logits, settings) =>
                {
                    int[]? expected = SamplingOracle.Select(logits, settings);
                    if (expected is null)
                    {
                        return;
                    }

                    Interlocked.Increment(ref compared);
                    var sampler = new TokenSampler(settings, logits.Length);
                    Assert.Equal(expected, sampler.Select([.. logits]).Tokens.ToArray());
                },
                iter: cases,
                threads: 1
            );
        Assert.True(compared > cases * 3 / 4, $"Only {compared} of {cases} cases did not hang on rounding.");
    }

    [Theory]
    [InlineData(0.5f, 5)]
    [InlineData(0.6f, 6)]
    [InlineData(0.7f, 7)]
    [InlineData(0.55f, 6)]
    [InlineData(0f, 1)]
    [InlineData(1f, 10)]
    public void Select_TopPOfTenEqualTokens_KeepsTheLowestIds(float p, int kept)
    {
        var sampler = new TokenSampler(new SamplingSettings { Temperature = 1, TopP = p }, 10);
        Assert.Equal(Enumerable.Range(0, kept), sampler.Select(new float[10]).Tokens.ToArray());
    }

    [Fact]
    public void Select_TypicalPMetExactly_KeepsOneMore()
    {
        // llama.cpp stops when the mass exceeds typical-p, while top-p stops when it reaches p.
        var sampler = new TokenSampler(new SamplingSettings { Temperature = 1, TypicalP = 0.5f }, 4);
        Assert.Equal([0, 1, 2], sampler.Select(new float[4]).Tokens.ToArray());
    }

    [Fact]
    public void Select_TypicalP_DropsWhatIsTooLikely()
    {
        // Probabilities 0.4 and six of 0.1: entropy 1.748, information 0.916 and 2.303; 0.1 is the nearer to the entropy.
        float[] logits = [MathF.Log(4), 0, 0, 0, 0, 0, 0];
        var sampler = new TokenSampler(new SamplingSettings { Temperature = 1, TypicalP = 0.55f }, 7);
        Assert.Equal([1, 2, 3, 4, 5, 6], sampler.Select(logits).Tokens.ToArray());
    }

    [Fact]
    public void Select_AllEqualLargeVocabulary_CutsTiesByTokenId()
    {
        var topK = new TokenSampler(new SamplingSettings { Temperature = 1, TopK = 700 }, 50_000);
        Assert.Equal(Enumerable.Range(0, 700), topK.Select(new float[50_000]).Tokens.ToArray());

        var topP = new TokenSampler(new SamplingSettings { Temperature = 1, TopP = 0.25f }, 50_000);
        Assert.Equal(Enumerable.Range(0, 12_500), topP.Select(new float[50_000]).Tokens.ToArray());
    }

    [Fact]
    public void Select_LogitsSpacedExponentially_EqualsTheOracle()
    {
        // The worst case for histograms of equal bins: almost everything falls into one of them, again and again.
        float[] logits = [.. Enumerable.Range(0, 4000).Select(i => -MathF.Pow(2, i % 250 - 125) - (i % 7))];
        foreach (int k in (int[])[1, 17, 300, 2222, 3999])
        {
            var settings = new SamplingSettings { Temperature = 1, TopK = k };
            var sampler = new TokenSampler(settings, logits.Length);
            Assert.Equal(SamplingOracle.Select(logits, settings), sampler.Select([.. logits]).Tokens.ToArray());
        }
    }

    [Fact]
    public void Select_MinPDropsMoreThanTopP_KeepsWhatMinPLeaves()
    {
        // Min-p leaves keys of any range, whose mass is less than top-p asks for: the search runs through to the lowest key.
        int compared = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            float[] logits = [.. Enumerable.Range(0, 1000).Select(_ => (random.NextSingle() - 0.5f) * 12)];
            var settings = new SamplingSettings
            {
                Temperature = 1,
                TopP = 0.99f,
                MinP = 0.1f,
            };
            int[]? expected = SamplingOracle.Select(logits, settings with { TopP = 1 });
            if (expected is not null)
            {
                compared++;
                var sampler = new TokenSampler(settings, logits.Length);
                Assert.Equal(expected, sampler.Select([.. logits]).Tokens.ToArray());
            }
        }

        Assert.True(compared > 250, $"Only {compared} cases did not hang on rounding.");
    }
}
