using LocalSlm.Sampling;

namespace LocalSlm.Tests.Sampling;

public class TokenSamplerDrawTests
{
    [Theory]
    [InlineData(1f, 0, 1f, 0f)]
    [InlineData(0.5f, 0, 1f, 0f)]
    [InlineData(2f, 5, 1f, 0f)]
    [InlineData(1.3f, 0, 0.8f, 0f)]
    [InlineData(0.7f, 0, 0.95f, 0.1f)]
    public void Sample_ManyDraws_FollowTheSoftmaxOfWhatIsLeft(float temperature, int k, float p, float min)
    {
        const int Draws = 40_000;
        float[] logits = [1.5f, 0, -1, 2, 0.25f, -3, 1, float.NegativeInfinity, 1.75f, -0.5f];
        var settings = new SamplingSettings
        {
            Temperature = temperature,
            TopK = k,
            TopP = p,
            MinP = min,
            Seed = 42,
        };
        int[] left = SamplingOracle.Select(logits, settings)!;
        double sum = left.Sum(t => Math.Exp(logits[t] / temperature));

        var counts = new int[logits.Length];
        var sampler = new TokenSampler(settings, logits.Length);
        for (int i = 0; i < Draws; i++)
        {
            counts[sampler.Sample([.. logits])]++;
        }

        Assert.Equal(Draws, left.Sum(t => counts[t]));
        double chiSquare = left.Sum(t =>
        {
            double expected = Draws * Math.Exp(logits[t] / temperature) / sum;
            return Math.Pow(counts[t] - expected, 2) / expected;
        });

        // Nine degrees of freedom at most: 27.9 is exceeded once in a thousand seeds.
        Assert.InRange(chiSquare, 0, 27.9);
    }

    [Fact]
    public void Sample_LargeVocabulary_ReachesEveryPartOfIt()
    {
        const int Size = 10_000;
        var counts = new int[10];
        var sampler = new TokenSampler(new SamplingSettings { Temperature = 1, Seed = 7 }, Size);
        for (int i = 0; i < 5000; i++)
        {
            counts[sampler.Sample(new float[Size]) / 1000]++;
        }

        // 500 expected, standard deviation 21.
        Assert.All(counts, c => Assert.InRange(c, 400, 600));
    }

    [Theory]
    [InlineData(0.5f)]
    [InlineData(3f)]
    public void Draw_AnyNumber_InvertsTheCumulativeDistribution(float temperature)
    {
        var random = new Random(9);
        float[] logits = [.. Enumerable.Range(0, 5000).Select(_ => (random.NextSingle() - 0.5f) * 8)];
        double[] weights = [.. logits.Select(l => Math.Exp(l / (double)temperature))];
        double total = weights.Sum();
        double[] upTo = new double[logits.Length + 1];
        for (int i = 0; i < logits.Length; i++)
        {
            upTo[i + 1] = upTo[i] + (weights[i] / total);
        }

        var sampler = new TokenSampler(new SamplingSettings { Temperature = temperature }, logits.Length);
        CandidateSet candidates = sampler.Select(logits);
        for (double u = 0; u < 1; u += 0.0007)
        {
            int token = candidates.Draw(temperature, u);
            Assert.InRange(u, upTo[token] - 1e-6, upTo[token + 1] + 1e-6);
        }

        Assert.Equal(4999, candidates.Draw(temperature, Math.BitDecrement(1.0)));
    }

    [Fact]
    public void Sample_SameSeed_GivesTheSameTokens()
    {
        int[] first = Draw(11, 200);
        Assert.Equal(first, Draw(11, 200));
        Assert.NotEqual(first, Draw(12, 200));
    }

    [Fact]
    public void Clone_InMidReply_GoesOnAsTheOriginal()
    {
        var settings = new SamplingSettings
        {
            Temperature = 1,
            Seed = 3,
            RepetitionPenalty = 1.5f,
            FrequencyPenalty = 0.2f,
            DryMultiplier = 0.8f,
            PenaltyWindowTokens = 20,
        };
        var original = new TokenSampler(settings, 50);
        Continue(original, 33);
        TokenSampler clone = original.Clone();
        int[] expected = Continue(original, 100);

        // The original has gone on; nothing of that may show in the clone.
        Assert.Equal(expected, Continue(clone, 100));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    [InlineData(1e-45f)]
    [InlineData(1e30f)]
    public void Sample_OneTokenPossible_ReturnsIt(float temperature)
    {
        var logits = new float[1000];
        logits.AsSpan().Fill(float.NegativeInfinity);
        logits[3] = float.NaN;
        logits[777] = -1e30f;
        var sampler = new TokenSampler(new SamplingSettings { Temperature = temperature }, 1000);
        Assert.Equal(777, sampler.Sample(logits));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    public void Sample_PositiveInfinity_TakesOneOfThose(float temperature)
    {
        float[] logits = [1, float.PositiveInfinity, float.NaN, 50, float.PositiveInfinity];
        var sampler = new TokenSampler(new SamplingSettings { Temperature = temperature, TopP = 0.9f }, 5);
        Assert.Contains(sampler.Sample(logits), (int[])[1, 4]);
    }

    [Theory]
    [InlineData(0f, 0, 1f)]
    [InlineData(1f, 0, 1f)]
    [InlineData(1f, 2, 1f)]
    [InlineData(1f, 0, 0.5f)]
    public void Sample_NothingPossible_Throws(float temperature, int k, float typical)
    {
        var settings = new SamplingSettings
        {
            Temperature = temperature,
            TopK = k,
            TypicalP = typical,
        };
        var sampler = new TokenSampler(settings, 100);
        var logits = new float[100];
        logits.AsSpan().Fill(float.NaN);
        Assert.Throws<InvalidOperationException>(() => sampler.Sample(logits));
        logits.AsSpan().Fill(float.NegativeInfinity);
        Assert.Throws<InvalidOperationException>(() => sampler.Sample(logits));
        Assert.Throws<InvalidOperationException>(() => sampler.Sample(new float[100], new ulong[2]));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    public void Sample_WithMask_StaysInsideIt(float temperature)
    {
        var random = new Random(5);
        var sampler = new TokenSampler(new SamplingSettings { Temperature = temperature }, 150);
        for (int round = 0; round < 300; round++)
        {
            int[] allowed = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(150))];
            var mask = new ulong[3];
            foreach (int token in allowed)
            {
                mask[token / 64] |= 1UL << (token % 64);
            }

            float[] logits = [.. Enumerable.Range(0, 150).Select(_ => random.NextSingle() * 20)];
            int expected = allowed.MaxBy(t => logits[t]);
            int token1 = sampler.Sample(logits, mask);
            Assert.Contains(token1, allowed);
            if (temperature == 0)
            {
                Assert.Equal(expected, token1);
            }
        }

        Assert.Throws<ArgumentException>(() => sampler.Sample(new float[150], new ulong[2]));
    }

    private static int[] Draw(ulong seed, int count)
    {
        var sampler = new TokenSampler(new SamplingSettings { Temperature = 1, Seed = seed }, 50);
        return Continue(sampler, count);
    }

    private static int[] Continue(TokenSampler sampler, int count)
    {
        var tokens = new int[count];
        for (int i = 0; i < count; i++)
        {
            tokens[i] = sampler.Sample([.. Enumerable.Range(0, 50).Select(t => t % 7 / 3f)]);
            sampler.Accept(tokens[i]);
        }

        return tokens;
    }
}
