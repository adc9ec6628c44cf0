namespace LocalSlm.Assets.MiniMind;

/// <summary>A weight matrix, row after row: one row per output, as GGUF stores it.</summary>
internal sealed record WeightMatrix(int Rows, int Columns, float[] Values)
{
    /// <summary>Reorders the rows of a query or key projection for llama.cpp. The published weights rotate the first half of a
    /// head against the second; llama.cpp's <c>llama</c> architecture rotates neighbours, so the halves are interleaved.</summary>
    /// <param name="heads">How many heads the rows make up.</param>
    public WeightMatrix InterleaveRotaryHalves(int heads)
    {
        var head = Rows / heads;
        var half = head / 2;
        var reordered = new float[Values.Length];
        for (var row = 0; row < Rows; row++)
        {
            var (start, inHead) = (row / head * head, row % head);
            var source = start + inHead / 2 + (inHead % 2 == 0 ? 0 : half);
            Array.Copy(Values, source * Columns, reordered, row * Columns, Columns);
        }

        return this with
        {
            Values = reordered,
        };
    }
}
