using LocalSlm.Assets.MiniMind;

namespace LocalSlm.Tests.MiniMind;

public class WeightMatrixTests
{
    [Fact]
    public void InterleaveRotaryHalves_TwoHeadsOfFour_PairsEachRowWithItsPartnerHalfAHeadAway()
    {
        // One column, so that a value names its row. Within a head of 4 the pairs that rotate together are (0,2) and (1,3).
        var matrix = new WeightMatrix(8, 1, [0, 1, 2, 3, 4, 5, 6, 7]);

        Assert.Equal([0, 2, 1, 3, 4, 6, 5, 7], matrix.InterleaveRotaryHalves(heads: 2).Values);
    }
}
