using CsCheck;
using LocalSlm.Sampling;

namespace LocalSlm.Tests.Sampling;

public class LogProbabilitiesTests
{
    private static readonly Gen<float[]> s_logits = Gen.Frequency(
        (20, Gen.Float[-30, 30]),
        (5, Gen.Int[-4, 4].Select(i => (float)i)),
        (1, Gen.Const(float.NegativeInfinity)),
        (1, Gen.Const(float.NaN))
    ).Array[1, 3000];

    [Fact]
    public void LogSumExpAndTop_AnyLogits_EqualTheSortingOracle()
    {
        Gen.Select(s_logits, Gen.Int[0, 25])
            .Where((logits, _) => logits.Any(l => l > float.NegativeInfinity))
            .Sample(
                (logits, n) =>
                {
                    int[] order =
                    [
                        .. Enumerable
                            .Range(0, logits.Length)
                            .Where(t => logits[t] > float.NegativeInfinity)
                            .OrderByDescending(t => logits[t])
                            .ThenBy(t => t),
                    ];
                    double max = logits[order[0]];
                    double expected = max + Math.Log(order.Sum(t => Math.Exp(logits[t] - max)));
                    float logSumExp = LogProbabilities.LogSumExp(logits);
                    Assert.Equal(expected, logSumExp, 1e-5);

                    var tokens = new int[n];
                    var values = new float[n];
                    int count = LogProbabilities.Top(logits, logSumExp, tokens, values);
                    Assert.Equal(order.Take(n), tokens.Take(count));
                    Assert.All(
                        Enumerable.Range(0, count),
                        i => Assert.Equal(logits[tokens[i]] - expected, values[i], 1e-4)
                    );
                },
                iter: 1000,
                threads: 1
            );
    }

    [Fact]
    public void Of_ImpossibleTokens_IsNegativeInfinity()
    {
        float[] logits = [float.NaN, float.NegativeInfinity, 3];
        float logSumExp = LogProbabilities.LogSumExp(logits);
        Assert.Equal(3, logSumExp);
        Assert.Equal(float.NegativeInfinity, LogProbabilities.Of(logits, logSumExp, 0));
        Assert.Equal(float.NegativeInfinity, LogProbabilities.Of(logits, logSumExp, 1));
        Assert.Equal(0, LogProbabilities.Of(logits, logSumExp, 2));
        Assert.Equal(float.NegativeInfinity, LogProbabilities.LogSumExp([float.NegativeInfinity, float.NaN]));
    }
}
