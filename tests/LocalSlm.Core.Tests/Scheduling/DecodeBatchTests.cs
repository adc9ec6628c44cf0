using LocalSlm;

namespace LocalSlm.Tests;

public class DecodeBatchTests
{
    [Fact]
    public void Add_RowsWithOutputs_NumbersOutputsOverAllRows()
    {
        var batch = new DecodeBatch(8, 3);
        batch.Add(0, 5, [1, 2, 3], 2);
        batch.Add(1, 0, [4], 1);

        Assert.Equal(4, batch.TokenCount);
        Assert.Equal(2, batch.Rows[1].FirstOutput);
        Assert.Equal(3, batch.OutputCount);
        Assert.Throws<ArgumentException>(() => batch.Add(2, 0, [1, 2, 3, 4, 5], 0));
    }
}
