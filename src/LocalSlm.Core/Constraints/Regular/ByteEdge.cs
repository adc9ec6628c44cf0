namespace LocalSlm.Constraints.Regular;

/// <summary>A transition over bytes.</summary>
/// <param name="First">The first byte of its range.</param>
/// <param name="Last">The last byte of its range.</param>
/// <param name="Target">The next state.</param>
internal readonly record struct ByteEdge(byte First, byte Last, int Target);
