using CsCheck;
using LocalSlm.Scheduling;

namespace LocalSlm.Tests.Scheduling;

public class BatchPlannerTests
{
    [Fact]
    public void Plan_LongPromptBesideRunningReplies_EveryReplyGetsItsTokenAndThePromptAChunk()
    {
        Assert.Equal([1, 1, 64], Plan([1, 1, 4000], new PlanLimits(512, 64, true, 0)));
    }

    [Fact]
    public void Plan_PromptsAlone_FillTheBatch()
    {
        Assert.Equal([512], Plan([4000], new PlanLimits(512, 64, true, 0)));
    }

    [Fact]
    public void Plan_ShortPromptBehindLongOne_IsNotMadeToWait()
    {
        Assert.Equal([492, 20], Plan([4000, 20], new PlanLimits(512, 64, true, 0)));
    }

    [Fact]
    public void Plan_TwoLongPrompts_ShareInEqualParts()
    {
        Assert.Equal([1, 32, 32], Plan([1, 900, 4000], new PlanLimits(512, 64, true, 0)));
    }

    [Fact]
    public void Plan_MorePromptsThanWorthRows_TakeTurns()
    {
        int[] remaining = [1, .. Enumerable.Repeat(100, 10)];
        var served = new HashSet<int>();
        for (var turn = 0; turn < 20; turn++)
        {
            var counts = Plan(remaining, new PlanLimits(512, 64, true, turn));
            Assert.Equal(1, counts[0]);
            served.UnionWith(Enumerable.Range(1, 10).Where(i => counts[i] > 0));
        }

        Assert.Equal(10, served.Count);
    }

    [Fact]
    public void Plan_RuntimeThatCannotMix_AlternatesOnePromptWithAllTokens()
    {
        Assert.Equal([1, 0, 1, 0], Plan([1, 50, 1, 70], new PlanLimits(512, 64, false, 0)));
        var prompt = Plan([1, 50, 1, 70], new PlanLimits(512, 64, false, 1));
        Assert.Equal(1, prompt.Count(static count => count > 0));
        Assert.True(prompt[1] > 1 || prompt[3] > 1);
    }

    [Fact]
    public void Plan_AnyInput_StaysInItsLimitsAndMakesProgress()
    {
        var candidates = Gen.Int[1, 600].Array[1, 24];
        Gen.Select(candidates, Gen.Int[1, 300], Gen.Int[1, 200], Gen.Bool, Gen.Int[0, 50])
            .Sample(
                (remaining, batch, chunk, mixes, turn) =>
                {
                    var counts = Plan(remaining, new PlanLimits(batch, chunk, mixes, turn));
                    Assert.All(counts, (count, i) => Assert.InRange(count, 0, remaining[i]));
                    Assert.InRange(counts.Sum(), 1, batch);
                    var generating = counts.Where((_, i) => remaining[i] == 1).Sum();
                    var prefilling = counts.Sum() - generating;
                    Assert.True(generating == 0 || prefilling <= chunk);
                    Assert.True(mixes || generating == 0 || prefilling == 0);
                    Assert.True(mixes || prefilling == 0 || counts.Count(static count => count > 0) == 1);
                }
            );
    }

    private static int[] Plan(int[] remaining, PlanLimits limits)
    {
        var counts = new int[remaining.Length];
        BatchPlanner.Plan([.. remaining.Select(static tokens => new PlanCandidate(tokens))], limits, counts);
        return counts;
    }
}
