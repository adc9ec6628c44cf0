using CsCheck;
using LocalSlm.Sampling;

namespace LocalSlm.Tests.Sampling;

public class TokenSamplerPenaltyTests
{
    [Fact]
    public void Adjust_RepetitionPenalty_DividesPositiveAndMultipliesNegativeOnce()
    {
        var sampler = new TokenSampler(new SamplingSettings { RepetitionPenalty = 2 }, 4);
        sampler.AcceptPrompt([0, 1, 1, 1]);
        float[] logits = [4, -4, 4, -4];
        sampler.Adjust(logits, default);
        Assert.Equal([2, -8, 4, -4], logits);
    }

    [Fact]
    public void Adjust_FrequencyAndPresence_TakeCountTimesFrequencyPlusPresence()
    {
        var sampler = new TokenSampler(new SamplingSettings { FrequencyPenalty = 0.5f, PresencePenalty = 0.25f }, 3);
        sampler.AcceptPrompt([0, 1, 1, 1]);
        float[] logits = [1, 1, 1];
        sampler.Adjust(logits, default);
        Assert.Equal([0.25f, -0.75f, 1], logits);
    }

    [Fact]
    public void Sample_GreedyWithPenalty_TakesTheNextBest()
    {
        var sampler = new TokenSampler(new SamplingSettings { RepetitionPenalty = 1.5f }, 3);
        Assert.Equal(1, sampler.Sample([1, 1.2f, 0]));
        sampler.Accept(1);
        Assert.Equal(0, sampler.Sample([1, 1.2f, 0]));
    }

    [Fact]
    public void Adjust_LogitBias_IsAddedBeforeThePenalties()
    {
        var settings = new SamplingSettings
        {
            RepetitionPenalty = 2,
            LogitBias = new Dictionary<int, float> { [0] = 3, [2] = float.NegativeInfinity },
        };
        var sampler = new TokenSampler(settings, 3);
        sampler.Accept(0);
        float[] logits = [1, 1, 9];
        sampler.Adjust(logits, default);
        Assert.Equal([2, 1, float.NegativeInfinity], logits);
    }

    [Fact]
    public void Adjust_AnyHistoryAndWindow_EqualsCountingTheTail()
    {
        Gen.Select(Gen.Int[0, 30].Array[0, 900], Gen.Int[0, 400], Gen.Int[0, 900])
            .Sample(
                (history, window, promptLength) =>
                {
                    var settings = new SamplingSettings { FrequencyPenalty = 1, PenaltyWindowTokens = window };
                    var sampler = new TokenSampler(settings, 31);
                    promptLength = Math.Min(promptLength, history.Length);
                    sampler.AcceptPrompt(history.AsSpan(0, promptLength));
                    foreach (int token in history.AsSpan(promptLength))
                    {
                        sampler.Accept(token);
                    }

                    var logits = new float[31];
                    sampler.Adjust(logits, default);
                    int[] tail = history[Math.Max(0, history.Length - window)..];
                    Assert.Equal(Enumerable.Range(0, 31).Select(t => -(float)tail.Count(x => x == t)), logits);
                },
                iter: 1000,
                threads: 1
            );
    }

    [Fact]
    public void Adjust_WindowWithoutLimit_CountsEverything()
    {
        var settings = new SamplingSettings { FrequencyPenalty = 1, PenaltyWindowTokens = int.MaxValue };
        var sampler = new TokenSampler(settings, 2);
        sampler.AcceptPrompt(new int[5000]);
        var logits = new float[2];
        sampler.Adjust(logits, default);
        Assert.Equal([-5000, 0], logits);
    }

    [Fact]
    public void Adjust_Dry_PunishesTheTokenThatContinuesARun()
    {
        // llama.cpp's documented example: in "a b c c b c y a b c", c would make a run of 4 (3 so far), b of 2, y of 3 (2 so far).
        const int A = 0;
        const int B = 1;
        const int C = 2;
        const int Y = 3;
        var settings = new SamplingSettings
        {
            DryMultiplier = 0.5f,
            DryBase = 2,
            DryAllowedLength = 2,
        };
        var sampler = new TokenSampler(settings, 5);
        sampler.AcceptPrompt([A, B, C, C, B, C, Y, A, B, C]);
        var logits = new float[5];
        sampler.Adjust(logits, default);
        Assert.Equal([0, 0, -1, -0.5f, 0], logits);
    }

    [Fact]
    public void Adjust_DryOnAnyHistory_EqualsComparingEveryPosition()
    {
        Gen.Select(Gen.Int[0, 3].Array[0, 120], Gen.Int[0, 5], Gen.Int[1, 130])
            .Sample(
                (history, allowed, window) =>
                {
                    var settings = new SamplingSettings
                    {
                        DryMultiplier = 0.8f,
                        DryBase = 1.1f,
                        DryAllowedLength = allowed,
                        PenaltyWindowTokens = window,
                    };
                    var sampler = new TokenSampler(settings, 4);
                    sampler.AcceptPrompt(history);
                    var logits = new float[4];
                    sampler.Adjust(logits, default);

                    int[] tail = history[Math.Max(0, history.Length - window)..];
                    var expected = new float[4];
                    if (tail.Length > allowed)
                    {
                        for (int token = 0; token < 4; token++)
                        {
                            int longest = -1;
                            for (int at = 1; at < tail.Length; at++)
                            {
                                if (tail[at] == token)
                                {
                                    int run = 0;
                                    while (run < at && tail[at - 1 - run] == tail[^(run + 1)])
                                    {
                                        run++;
                                    }

                                    longest = Math.Max(longest, run);
                                }
                            }

                            if (longest >= allowed)
                            {
                                expected[token] = -(float)(0.8f * Math.Pow(1.1f, longest - allowed));
                            }
                        }
                    }

                    Assert.Equal(expected, logits, (a, b) => Math.Abs(a - b) <= 1e-4f * Math.Abs(a));
                },
                iter: 3000,
                threads: 1
            );
    }

    [Fact]
    public void Sample_DryOnAnEndlessRepetition_StillGivesAToken()
    {
        var sampler = new TokenSampler(new SamplingSettings { DryMultiplier = 100, PenaltyWindowTokens = 4096 }, 1);
        sampler.AcceptPrompt(new int[4096]);
        Assert.Equal(0, sampler.Sample(new float[1]));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void Accept_TokenOutsideTheVocabulary_Throws(int token)
    {
        var sampler = new TokenSampler(new SamplingSettings { RepetitionPenalty = 2 }, 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => sampler.Accept(token));
    }
}
