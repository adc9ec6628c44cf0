using LocalSlm.Hardware;

namespace LocalSlm.Tests.Hardware;

public sealed class CoreDivisionTests
{
    [Theory]
    [InlineData(2, "2", "2")]
    [InlineData(2, "2 2", "1 1")]
    [InlineData(2, "2 2 2", "1 1 1")]
    [InlineData(8, "8 8", "4 4")]
    [InlineData(8, "8 8 8", "3 3 2")]
    [InlineData(8, "1 8", "1 7")]
    [InlineData(8, "8 1", "7 1")]
    [InlineData(8, "2 2 8", "2 2 4")]
    [InlineData(8, "2 2", "2 2")]
    [InlineData(8, "3 8 8 8", "2 2 2 2")]
    [InlineData(1, "4 4", "1 1")]
    [InlineData(4, "16", "16")]
    public void ShareOf_EachModel_GetsWhatIsFair(int cores, string wants, string shares)
    {
        var wanted = Numbers(wants);
        Assert.Equal(
            Numbers(shares),
            Enumerable.Range(0, wanted.Length).Select(index => CoreDivision.ShareOf(index, wanted, cores))
        );
    }

    /// <summary>What fair means, said without the way to it: nobody gets more than it wants, no core is left while somebody wants more,
    /// no more cores are given than there are, and who gets less than it wants has no less than anybody else, but for one core
    /// that cannot be divided.</summary>
    [Fact]
    public void ShareOf_RandomWants_LeavesNoCoreAndFavoursNobody()
    {
        var random = new Random(7);
        for (var round = 0; round < 2_000; round++)
        {
            var wants = new int[random.Next(2, 9)];
            for (var i = 0; i < wants.Length; i++)
            {
                wants[i] = random.Next(1, 20);
            }

            var cores = random.Next(1, 40);
            var shares = Enumerable
                .Range(0, wants.Length)
                .Select(index => CoreDivision.ShareOf(index, wants, cores))
                .ToArray();
            var told = $"{cores} cores among [{string.Join(' ', wants)}]: [{string.Join(' ', shares)}]";
            Assert.True(shares.All(share => share >= 1), told);
            Assert.True(shares.Zip(wants).All(pair => pair.First <= pair.Second), told);
            if (wants.Length <= cores)
            {
                Assert.True(shares.Sum() == Math.Min(cores, wants.Sum()), told);
                var most = shares.Max();
                Assert.True(shares.Zip(wants).All(pair => pair.First == pair.Second || pair.First >= most - 1), told);
            }
            else
            {
                Assert.True(shares.All(share => share == 1), told);
            }
        }
    }

    private static int[] Numbers(string text) => [.. text.Split(' ').Select(int.Parse)];
}
