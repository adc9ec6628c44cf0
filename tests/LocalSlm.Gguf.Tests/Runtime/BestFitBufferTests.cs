using LocalSlm.Gguf.Runtime;

namespace LocalSlm.Tests.Runtime;

public sealed class BestFitBufferTests
{
    private readonly BestFitBuffer _buffer = new();

    [Fact]
    public void Take_NoHole_GrowsInAlignedSteps()
    {
        Assert.Equal(0, _buffer.Take(1));
        Assert.Equal(128, _buffer.Take(129));
        Assert.Equal(384, _buffer.Size);
        Assert.Equal(0, _buffer.Take(0));
        Assert.Equal(384, _buffer.Size);
    }

    [Fact]
    public void Take_SeveralHoles_TakesTheSmallestThatHoldsAndLaterOfEqualOnes()
    {
        long[] sizes = [512, 128, 256, 128, 256, 128];
        long[] starts = [.. sizes.Select(_buffer.Take)];
        _buffer.Return(starts[0], 512);
        _buffer.Return(starts[2], 256);
        _buffer.Return(starts[4], 256);

        Assert.Equal(starts[4], _buffer.Take(256));
        Assert.Equal(starts[2], _buffer.Take(128));
        Assert.Equal(starts[2] + 128, _buffer.Take(128));
        Assert.Equal(starts[0], _buffer.Take(384));
        Assert.Equal(sizes.Sum(), _buffer.Size);
    }

    [Fact]
    public void Return_NeighboursOfHoles_BecomeOneHole()
    {
        long[] starts = [.. Enumerable.Repeat(128L, 4).Select(_buffer.Take)];
        _buffer.Return(starts[0], 128);
        _buffer.Return(starts[2], 128);
        _buffer.Return(starts[1], 128);

        Assert.Equal(0, _buffer.Take(384));
    }

    [Fact]
    public void Return_LastOne_MovesTheOpenEndBackWhileSizeStays()
    {
        _ = _buffer.Take(128);
        var middle = _buffer.Take(128);
        var last = _buffer.Take(128);
        _buffer.Return(middle, 128);
        _buffer.Return(last, 128);

        Assert.Equal(128, _buffer.Take(256));
        Assert.Equal(384, _buffer.Size);

        _buffer.Clear();
        Assert.Equal(0, _buffer.Size);
        Assert.Equal(0, _buffer.Take(128));
    }

    [Fact]
    public void TakeAndReturn_ManyAtRandom_NeverOverlapAndLeaveNothing()
    {
        var random = new Random(7);
        List<(long Start, long Size)> taken = [];
        for (var step = 0; step < 5_000; step++)
        {
            if (taken.Count > 0 && random.Next(2) == 0)
            {
                var index = random.Next(taken.Count);
                _buffer.Return(taken[index].Start, taken[index].Size);
                taken.RemoveAt(index);
                continue;
            }

            var size = 128L * random.Next(1, 9);
            var start = _buffer.Take(size);
            Assert.All(taken, other => Assert.True(start >= other.Start + other.Size || start + size <= other.Start));
            Assert.True(start + size <= _buffer.Size);
            taken.Add((start, size));
        }

        foreach (var (start, size) in taken)
        {
            _buffer.Return(start, size);
        }

        Assert.Equal(0, _buffer.Take(128));
    }
}
