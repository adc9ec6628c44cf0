using LocalSlm.Hardware;

namespace LocalSlm.Tests.Hardware;

public sealed class ProcessorShareTests
{
    private static readonly ProcessorTopology s_eightCores = new(
        [.. Enumerable.Range(0, 8)],
        PhysicalCores: 8,
        Quota: null
    );

    [Fact]
    public void Begin_AnotherModelComputes_DividesTheCores()
    {
        var before = ProcessorShare.MemberCount;
        using (var first = ProcessorShare.Join(true, s_eightCores))
        using (var second = ProcessorShare.Join(false, s_eightCores))
        {
            Assert.Equal(8, first.Begin(8));
            Assert.Equal(4, second.Begin(8));
            first.End();
            Assert.Equal(4, first.Begin(8));
            first.End();
            second.End();
        }

        Assert.Equal(before, ProcessorShare.MemberCount);
    }

    [Fact]
    public void Begin_AnotherModelThatNeedsLittle_LeavesItTheRest()
    {
        using var first = ProcessorShare.Join(false, s_eightCores);
        using var second = ProcessorShare.Join(false, s_eightCores);
        _ = first.Begin(1);
        Assert.Equal(7, second.Begin(8));
        first.End();
        second.End();
    }

    [Fact]
    public void Begin_OtherModelHasStopped_HasAllCoresAgain()
    {
        using var first = ProcessorShare.Join(false, s_eightCores);
        using var second = ProcessorShare.Join(false, s_eightCores);
        _ = first.Begin(8);
        Assert.Equal(4, second.Begin(8));
        second.End();
        first.End();
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    var share = second.Begin(8);
                    second.End();
                    return share == 8;
                },
                TimeSpan.FromSeconds(20)
            )
        );
    }

    [Fact]
    public void Begin_OtherModelIsGone_HasAllCoresAtOnce()
    {
        using var first = ProcessorShare.Join(false, s_eightCores);
        using (var second = ProcessorShare.Join(false, s_eightCores))
        {
            _ = second.Begin(8);
            Assert.Equal(4, first.Begin(8));
        }

        Assert.Equal(8, first.Begin(8));
        first.End();
    }

    [Fact]
    public void Begin_MoreModelsThanCanBeToldApart_GivesEachOneCore()
    {
        var members = Enumerable.Range(0, 100).Select(_ => ProcessorShare.Join(false, s_eightCores)).ToArray();
        foreach (var member in members)
        {
            _ = member.Begin(8);
        }

        Assert.All(members, static member => Assert.Equal(1, member.Begin(8)));
        foreach (var member in members)
        {
            member.Dispose();
        }
    }
}
