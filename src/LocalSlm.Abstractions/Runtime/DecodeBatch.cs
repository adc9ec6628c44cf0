namespace LocalSlm;

/// <summary>Rows of tokens to compute in one native step. Made once and used again; it allocates nothing after that.</summary>
public sealed class DecodeBatch
{
    private readonly int[] _tokens;
    private readonly DecodeRow[] _rows;
    private readonly DecodeStatus[] _statuses;

    /// <summary>Creates an empty batch.</summary>
    /// <param name="tokenCapacity">The most tokens it holds.</param>
    /// <param name="rowCapacity">The most rows it holds.</param>
    public DecodeBatch(int tokenCapacity, int rowCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokenCapacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rowCapacity, 1);
        _tokens = new int[tokenCapacity];
        _rows = new DecodeRow[rowCapacity];
        _statuses = new DecodeStatus[rowCapacity];
    }

    /// <summary>Gets the number of tokens.</summary>
    public int TokenCount { get; private set; }

    /// <summary>Gets the number of rows.</summary>
    public int RowCount { get; private set; }

    /// <summary>Gets the number of outputs.</summary>
    public int OutputCount { get; private set; }

    /// <summary>Gets all tokens, row after row.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, TokenCount);

    /// <summary>Gets the rows.</summary>
    public ReadOnlySpan<DecodeRow> Rows => _rows.AsSpan(0, RowCount);

    /// <summary>Gets what became of each row; the decoder sets it.</summary>
    public Span<DecodeStatus> Statuses => _statuses.AsSpan(0, RowCount);

    /// <summary>Takes out all rows.</summary>
    public void Clear()
    {
        TokenCount = 0;
        RowCount = 0;
        OutputCount = 0;
    }

    /// <summary>Adds a row.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="startPosition">The sequence's length before this row.</param>
    /// <param name="tokens">The tokens; at least one.</param>
    /// <param name="outputCount">How many of its last tokens give logits.</param>
    /// <param name="adapter">The adapter to compute with; 0 for none.</param>
    /// <exception cref="ArgumentException">There is no room, or the row is empty.</exception>
    public void Add(int sequence, int startPosition, ReadOnlySpan<int> tokens, int outputCount, int adapter = 0)
    {
        if (tokens.IsEmpty || tokens.Length > _tokens.Length - TokenCount || RowCount == _rows.Length)
        {
            throw new ArgumentException(
                $"A row of {tokens.Length} tokens does not fit: {_tokens.Length - TokenCount} tokens and {_rows.Length - RowCount} rows are free.",
                nameof(tokens)
            );
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)outputCount, (uint)tokens.Length, nameof(outputCount));
        tokens.CopyTo(_tokens.AsSpan(TokenCount));
        _rows[RowCount] = new DecodeRow(
            sequence,
            startPosition,
            TokenCount,
            tokens.Length,
            OutputCount,
            outputCount,
            adapter
        );
        _statuses[RowCount] = DecodeStatus.Pending;
        RowCount++;
        TokenCount += tokens.Length;
        OutputCount += outputCount;
    }
}
