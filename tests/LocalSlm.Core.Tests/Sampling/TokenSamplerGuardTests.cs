using LocalSlm.Sampling;

namespace LocalSlm.Tests.Sampling;

public class TokenSamplerGuardTests
{
    public static TheoryData<string> Wrong =>
        [
            "T nan",
            "T -1",
            "T inf",
            "k -1",
            "p nan",
            "p -0.1",
            "p 1.1",
            "min nan",
            "min 1.5",
            "typical nan",
            "typical -1",
            "repeat 0",
            "repeat -1",
            "repeat nan",
            "frequency nan",
            "frequency inf",
            "presence nan",
            "window -1",
            "dry nan",
            "dry -1",
            "base 0.5",
            "base nan",
            "length -1",
            "bias nan",
            "bias inf",
            "bias token",
        ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Constructor_SettingOutOfRange_Throws(string which)
    {
        string[] words = which.Split(' ');
        float f = words[1] switch
        {
            "nan" => float.NaN,
            "inf" => float.PositiveInfinity,
            "token" => 0,
            _ => float.Parse(words[1]),
        };
        var good = new SamplingSettings();
        SamplingSettings settings = words[0] switch
        {
            "T" => good with { Temperature = f },
            "k" => good with { TopK = (int)f },
            "p" => good with { TopP = f },
            "min" => good with { MinP = f },
            "typical" => good with { TypicalP = f },
            "repeat" => good with { RepetitionPenalty = f },
            "frequency" => good with { FrequencyPenalty = f },
            "presence" => good with { PresencePenalty = f },
            "window" => good with { PenaltyWindowTokens = (int)f },
            "dry" => good with { DryMultiplier = f },
            "base" => good with { DryBase = f },
            "length" => good with { DryAllowedLength = (int)f },
            _ => good with { LogitBias = new Dictionary<int, float> { [words[1] == "token" ? 10 : 0] = f } },
        };
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenSampler(settings, 10));
        Assert.NotNull(new TokenSampler(good, 10));
    }

    [Fact]
    public void Sample_WrongNumberOfLogits_Throws()
    {
        var sampler = new TokenSampler(new SamplingSettings(), 10);
        Assert.Throws<ArgumentException>(() => sampler.Sample(new float[9]));
        Assert.Throws<ArgumentException>(() => sampler.Sample(new float[11]));
    }
}
