namespace LocalSlm.Gguf.Runtime;

/// <summary>How many layers of each kind a step's graph needs for each device. Buffers repeat after a few layers of a kind: more change
/// nothing.</summary>
internal readonly struct LayerTally
{
    /// <summary>How many kinds of layers there are; see <see cref="KindOf"/>.</summary>
    public const int Kinds = 8;

    // Where results lie repeats after three layers of a kind; the fourth may be the model's last. With several devices a plan asks for many
    // more layouts, of larger models: two of a kind are within a few percent.
    private const int LayersOfAKind = 4;
    private const int LayersOfAKindOnSeveral = 2;
    private const int BitsOfACount = 3;

    /// <summary>Counts the layers of a layout.</summary>
    public LayerTally(IReadOnlyList<int> kinds, LayerLayout layout)
    {
        Places = layout.DeviceNames.Count + 1;
        Counts = new byte[Places * Kinds];
        var most = Places > 2 ? LayersOfAKindOnSeveral : LayersOfAKind;
        for (var i = 0; i < kinds.Count; i++)
        {
            ref var count = ref Counts[(layout.DeviceOf(i) * Kinds) + kinds[i]];
            count += (byte)(count < most ? 1 : 0);
        }
    }

    /// <summary>Gets the devices, the CPU among them.</summary>
    public int Places { get; }

    private byte[] Counts { get; }

    /// <summary>Layers of a kind have results of the same sizes.</summary>
    public static int KindOf(LayerFacts layer) =>
        (layer.IsSliding ? 1 : 0) + (layer.KvBytesPerToken > 0 ? 2 : 0) + (layer.ExpertBytes > 0 ? 4 : 0);

    /// <summary>The layers of a kind on a device that are enough.</summary>
    public int this[int device, int kind] => Counts[(device * Kinds) + kind];

    /// <summary>Tells tallies of the same devices apart; <see langword="null"/> for more devices than it can.</summary>
    public UInt128? Signature()
    {
        if (Counts.Length * BitsOfACount > 128)
        {
            return null;
        }

        UInt128 signature = 0;
        foreach (var count in Counts)
        {
            signature = (signature << BitsOfACount) | count;
        }

        return signature;
    }
}
