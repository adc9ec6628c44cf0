using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LocalSlm.Sampling;

/// <summary>Moves the chosen lanes of a vector together, so that filters over a whole vocabulary need no branch for each
/// token.</summary>
internal static class VectorCompaction
{
    // For each of the 256 masks the lanes that are set, in order.
    private static readonly int[] s_lanes = ListLanes();

    /// <summary>Writes the lanes whose bit is set, in order. Where the processor can, eight lanes are written in any case; what
    /// follows the chosen ones is overwritten by the next call, so there must be room for eight.</summary>
    public static void Write(Vector256<float> vector, uint mask, Span<float> destination)
    {
        if (mask == byte.MaxValue)
        {
            vector.CopyTo(destination);
        }
        else if (Avx2.IsSupported)
        {
            Avx2.PermuteVar8x32(vector, LanesOf(mask)).CopyTo(destination);
        }
        else
        {
            for (int kept = 0; mask != 0; mask &= mask - 1)
            {
                destination[kept++] = vector[BitOperations.TrailingZeroCount(mask)];
            }
        }
    }

    /// <inheritdoc cref="Write(Vector256{float}, uint, Span{float})"/>
    public static void Write(Vector256<int> vector, uint mask, Span<int> destination)
    {
        if (mask == byte.MaxValue)
        {
            vector.CopyTo(destination);
        }
        else if (Avx2.IsSupported)
        {
            Avx2.PermuteVar8x32(vector, LanesOf(mask)).CopyTo(destination);
        }
        else
        {
            for (int kept = 0; mask != 0; mask &= mask - 1)
            {
                destination[kept++] = vector[BitOperations.TrailingZeroCount(mask)];
            }
        }
    }

    private static Vector256<int> LanesOf(uint mask) => Vector256.Create(s_lanes.AsSpan((int)mask * 8, 8));

    private static int[] ListLanes()
    {
        var lanes = new int[256 * 8];
        for (int mask = 0; mask < 256; mask++)
        {
            int kept = 0;
            for (int lane = 0; lane < 8; lane++)
            {
                if ((mask >> lane & 1) != 0)
                {
                    lanes[(mask * 8) + kept++] = lane;
                }
            }
        }

        return lanes;
    }
}
