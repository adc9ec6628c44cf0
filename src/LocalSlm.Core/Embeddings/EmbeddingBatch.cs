namespace LocalSlm.Embeddings;

/// <summary>The items that are computed together; reused from step to step.</summary>
internal sealed class EmbeddingBatch
{
    private readonly List<(EmbeddingJob Job, int Item)> _rows = [];
    private readonly List<EmbeddingJob> _jobs = [];
    private readonly List<int> _lengths = [];
    private int[] _tokens = [];

    /// <summary>Gets the rows.</summary>
    public IReadOnlyList<(EmbeddingJob Job, int Item)> Rows => _rows;

    /// <summary>Gets the requests that have rows here.</summary>
    public IReadOnlyList<EmbeddingJob> Jobs => _jobs;

    /// <summary>Gets the tokens of all rows.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, TokenCount);

    /// <summary>Gets the number of tokens of each row.</summary>
    public ReadOnlySpan<int> Lengths => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_lengths);

    /// <summary>Gets the number of tokens.</summary>
    public int TokenCount { get; private set; }

    /// <summary>Gets the tokens of the longest row.</summary>
    public int Longest { get; private set; }

    /// <summary>Gets the tokens of the shortest row.</summary>
    public int Shortest { get; private set; }

    public void Clear()
    {
        _rows.Clear();
        _jobs.Clear();
        _lengths.Clear();
        TokenCount = 0;
        Longest = 0;
        Shortest = int.MaxValue;
    }

    /// <summary>Adds the next item of a request.</summary>
    public void Add(EmbeddingJob job)
    {
        var item = job.Take();
        var tokens = job.Tokens(item);
        if (_tokens.Length < TokenCount + tokens.Length)
        {
            Array.Resize(ref _tokens, Math.Max(TokenCount + tokens.Length, _tokens.Length * 2));
        }

        tokens.CopyTo(_tokens.AsSpan(TokenCount));
        TokenCount += tokens.Length;
        Longest = Math.Max(Longest, tokens.Length);
        Shortest = Math.Min(Shortest, tokens.Length);
        _lengths.Add(tokens.Length);
        _rows.Add((job, item));
        if (!_jobs.Contains(job))
        {
            _jobs.Add(job);
        }
    }
}
