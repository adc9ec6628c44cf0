namespace LocalSlm.Gguf.Format;

/// <summary>A tensor as the header describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its number format.</param>
/// <param name="Dimensions">1 to 4 sizes, the fastest-changing first.</param>
/// <param name="Offset">Where its data begins, in bytes from the start of the file.</param>
/// <param name="Bytes">The bytes of its data.</param>
internal sealed record GgufTensor(string Name, GgmlType Type, long[] Dimensions, long Offset, long Bytes)
{
    /// <summary>Gets the number of values.</summary>
    public long Values
    {
        get
        {
            var product = 1L;
            foreach (var dimension in Dimensions)
            {
                product *= dimension; // checked by the reader
            }

            return product;
        }
    }

    /// <summary>The size of a dimension; 1 for those the tensor does not have, as ggml counts.</summary>
    public long Dimension(int index) => index < Dimensions.Length ? Dimensions[index] : 1;
}
