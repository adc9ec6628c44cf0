using LocalSlm.Sampling;

namespace LocalSlm.Tests.Sampling;

public class TokenSamplerAllocationTests
{
    [Theory]
    [InlineData(0f, 0, 1f, 1f, 0f)]
    [InlineData(0.7f, 0, 1f, 0.95f, 0.05f)]
    [InlineData(0.7f, 0, 1f, 0.95f, 0f)]
    [InlineData(0.7f, 40, 1f, 0.95f, 0.05f)]
    [InlineData(0.7f, 20_000, 1f, 0.95f, 0.05f)]
    [InlineData(0.7f, 0, 0.9f, 1f, 0f)]
    [InlineData(0.7f, 0, 1f, 1f, 0f)]
    public void Sample_Warm_AllocatesNothing(float temperature, int k, float typical, float p, float min)
    {
        const int Size = 50_000;
        var settings = new SamplingSettings
        {
            Temperature = temperature,
            TopK = k,
            TypicalP = typical,
            TopP = p,
            MinP = min,
            RepetitionPenalty = 1.1f,
            FrequencyPenalty = 0.1f,
            DryMultiplier = 0.8f,
            LogitBias = new Dictionary<int, float> { [5] = 1 },
        };
        var random = new Random(1);
        float[] original = [.. Enumerable.Range(0, Size).Select(_ => (random.NextSingle() - 0.5f) * 12)];
        var logits = new float[Size];
        var sampler = new TokenSampler(settings, Size);
        void Step()
        {
            original.CopyTo(logits, 0);
            sampler.Accept(sampler.Sample(logits));
        }

        for (int i = 0; i < 200; i++)
        {
            Step();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Step();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
