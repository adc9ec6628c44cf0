using LocalSlm.Gguf.Format;

namespace LocalSlm.Tests.Format.Mutation;

/// <summary>A tensor of a <see cref="GgufDraft"/>.</summary>
internal sealed record GgufDraftTensor(string Name, GgmlType Type, long[] Dimensions, byte[] Data)
{
    private const long LargestData = 4 << 20;

    /// <summary>The same tensor with another type or shape, its data repeated or cut to fit.</summary>
    /// <returns><see langword="null"/> where no such tensor can be.</returns>
    public GgufDraftTensor? With(GgmlType type, long[] dimensions)
    {
        if (!GgmlTypeLayout.TryGet(type, out var layout) || dimensions.Any(size => size is < 1 or > 1 << 20))
        {
            return null;
        }

        var values = dimensions.Aggregate((Int128)1, (product, size) => product * size);
        if (dimensions[0] % layout.BlockValues != 0 || values / layout.BlockValues * layout.BlockBytes > LargestData)
        {
            return null;
        }

        var data = new byte[layout.BytesOf((long)values)];
        for (var i = 0; i < data.Length; i++)
        {
            data[i] = Data[i % Data.Length];
        }

        return new(Name, type, dimensions, data);
    }
}
