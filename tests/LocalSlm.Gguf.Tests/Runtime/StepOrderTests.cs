using LocalSlm.Gguf.Runtime;

namespace LocalSlm.Tests.Runtime;

public sealed class StepOrderTests
{
    [Fact]
    public void Sort_WhatNeedNotWait_ComesForward() =>
        Assert.Equal([0, 2, 1], Sorted(Step(0), Step(1, reads: [0]), Step(2)));

    [Fact]
    public void Sort_WhatWaitsForSomethingThatWaits_StaysBehindIt() =>
        Assert.Equal([0, 3, 1, 2], Sorted(Step(0), Step(1, reads: [0]), Step(2, reads: [1]), Step(3)));

    [Theory]
    [InlineData((int)StepOperationKind.Norm, (int)StepOperationKind.Scale, true)]
    [InlineData((int)StepOperationKind.Multiply, (int)StepOperationKind.Add, true)]
    [InlineData((int)StepOperationKind.Add, (int)StepOperationKind.Add, true)]
    [InlineData((int)StepOperationKind.Scale, (int)StepOperationKind.Norm, false)]
    [InlineData((int)StepOperationKind.Add, (int)StepOperationKind.Multiply, false)]
    public void Sort_PairComputedInOneGo_StaysTogether(int first, int second, bool isTogether) =>
        Assert.Equal(
            isTogether ? [0, 1, 2] : [0, 2, 1],
            Sorted(Step(0, (StepOperationKind)first), Step(1, (StepOperationKind)second, [0]), Step(2))
        );

    [Fact]
    public void Sort_Rotation_TakesItsStoreAlong() =>
        Assert.Equal(
            [0, 1, 3, 2],
            Sorted(
                Step(0),
                Step(1, StepOperationKind.Rotate),
                Step(2, reads: [0, 1]),
                Step(3, StepOperationKind.Store, [1])
            )
        );

    [Theory]
    [InlineData(19, true)]
    [InlineData(20, false)]
    public void Sort_LooksAheadAsFarAsTheBackend(int distance, bool isSeen)
    {
        var far = Step(2);
        far.Place = 1 + distance;
        var first = Step(0);
        first.Place = 1;

        Assert.Equal(isSeen ? [0, 2, 1] : [0, 1, 2], Sorted(first, Step(1, reads: [0]), far));
    }

    private static StepOperation Step(
        int result,
        StepOperationKind kind = StepOperationKind.Other,
        params ReadOnlySpan<int> reads
    )
    {
        var step = new StepOperation
        {
            Result = result,
            Kind = kind,
            Place = result + 1,
        };
        foreach (var read in reads)
        {
            step.Read(read);
        }

        return step;
    }

    private static int[] Sorted(params StepOperation[] steps)
    {
        StepOrder.Sort(steps);
        return [.. steps.Select(step => step.Result)];
    }
}
