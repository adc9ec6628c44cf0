namespace LocalSlm.Gguf.Format;

/// <summary>A tensor that is going to be written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its number format.</param>
/// <param name="Dimensions">Its sizes, the fastest-changing first.</param>
/// <param name="Bytes">The bytes of its data.</param>
/// <param name="WriteData">Writes exactly so many bytes.</param>
internal sealed record GgufTensorSource(
    string Name,
    GgmlType Type,
    long[] Dimensions,
    long Bytes,
    Action<Stream> WriteData
)
{
    /// <summary>The bytes of a tensor, after its shape was checked.</summary>
    public static long ByteCount(GgmlType type, ReadOnlySpan<long> dimensions)
    {
        var layout = GgmlTypeLayout.Of(type);
        if (dimensions.Length is 0 or > GgufFormat.MaxDimensions)
        {
            throw new ArgumentException($"{dimensions.Length} dimensions; a tensor has 1 to 4.", nameof(dimensions));
        }

        var values = 1L;
        foreach (var dimension in dimensions)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1, nameof(dimensions));
            values = checked(values * dimension);
        }

        if (dimensions[0] % layout.BlockValues != 0)
        {
            throw new ArgumentException(
                $"The first dimension is {dimensions[0]}; {type} packs {layout.BlockValues} values a block.",
                nameof(dimensions)
            );
        }

        return layout.BytesOf(values);
    }
}
