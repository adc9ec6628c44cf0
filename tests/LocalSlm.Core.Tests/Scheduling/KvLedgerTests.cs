using LocalSlm.Scheduling;

namespace LocalSlm.Tests.Scheduling;

public class KvLedgerTests
{
    [Fact]
    public void Share_CellsOfTwoSequences_CountOnceUntilBothAreGone()
    {
        var ledger = new KvLedger(10, 3);
        ledger.Append(0, 6);
        ledger.Share(0, 1, 4);
        ledger.Append(1, 2);
        Assert.Equal(8, ledger.Used);
        Assert.Equal(2, ledger.CountOwn(0));

        ledger.CutBack(0, 0);
        Assert.Equal(6, ledger.Used);
        Assert.Equal(6, ledger.CountOwn(1));

        ledger.CutBack(1, 3);
        Assert.Equal(7, ledger.Free);
        Assert.Throws<InvalidOperationException>(() => ledger.Append(2, 8));
        ledger.Append(2, 7);
        Assert.Equal(0, ledger.Free);
    }
}
