using LocalSlm.Embeddings;

namespace LocalSlm.Tests.Embeddings;

public class EmbeddingBatchPlannerTests
{
    [Fact]
    public void Fill_OneRequest_TakesItsLongestTexts()
    {
        var batch = Fill(new EmbeddingBatchPlanner(3, 512, pads: false), Job(5, 40, 7, 30));

        Assert.Equal([40, 30, 7], batch.Lengths.ToArray());
    }

    [Fact]
    public void Fill_PaddedBatch_CountsThePadding()
    {
        var batch = Fill(new EmbeddingBatchPlanner(64, 100, pads: true), Job(30, 29, 28, 27));

        Assert.Equal([30, 29, 28], batch.Lengths.ToArray());
    }

    [Fact]
    public void Fill_PaddedBatch_LeavesMuchShorterTextsForLater()
    {
        var batch = Fill(new EmbeddingBatchPlanner(64, 1000, pads: true), Job(100, 90, 20, 5));

        Assert.Equal([100, 90], batch.Lengths.ToArray());
    }

    [Fact]
    public void Fill_TextLongerThanABatch_IsAlone()
    {
        var batch = Fill(new EmbeddingBatchPlanner(64, 100, pads: false), Job(300, 10));

        Assert.Equal([300], batch.Lengths.ToArray());
    }

    [Fact]
    public void Fill_ManyTextsAndASingleOne_TakesBoth()
    {
        var large = Job([.. Enumerable.Repeat(20, 1000)]);
        var single = Job(18);

        var batch = Fill(new EmbeddingBatchPlanner(16, 10_000, pads: true), large, single);

        Assert.Equal(16, batch.Rows.Count);
        Assert.Contains(batch.Rows, row => row.Job == single);
    }

    [Fact]
    public void Fill_OtherPooling_IsNotMixed()
    {
        var batch = Fill(
            new EmbeddingBatchPlanner(16, 1000, pads: false),
            Job(5),
            new EmbeddingJob([new(new int[5], 0)], EmbeddingPooling.LastToken, 0, static () => { })
        );

        Assert.Single(batch.Rows);
    }

    private static EmbeddingBatch Fill(EmbeddingBatchPlanner planner, params EmbeddingJob[] jobs)
    {
        var batch = new EmbeddingBatch();
        batch.Clear();
        planner.Fill(jobs, batch);
        return batch;
    }

    private static EmbeddingJob Job(params int[] lengths) =>
        new(
            [.. lengths.Select(static (length, i) => new EmbeddingItem(new int[length], i))],
            EmbeddingPooling.Mean,
            0,
            static () => { }
        );
}
