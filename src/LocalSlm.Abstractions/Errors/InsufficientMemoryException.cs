namespace LocalSlm;

/// <summary>A model or its context needs more memory than there is, or than the budget allows.</summary>
public sealed class InsufficientMemoryException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="requiredBytes">Bytes needed, estimated.</param>
    /// <param name="availableBytes">Bytes there are.</param>
    /// <param name="remedy">What to change.</param>
    public InsufficientMemoryException(long requiredBytes, long availableBytes, string remedy)
        : base($"About {Words(requiredBytes)} are needed; {Words(availableBytes)} are available. {remedy}")
    {
        RequiredBytes = requiredBytes;
        AvailableBytes = availableBytes;
    }

    /// <summary>Gets the bytes needed, estimated.</summary>
    public long RequiredBytes { get; }

    /// <summary>Gets the bytes available.</summary>
    public long AvailableBytes { get; }

    private static string Words(long bytes) =>
        bytes switch
        {
            >= 1 << 20 => $"{bytes >> 20} MiB",
            >= 1 << 10 => $"{bytes >> 10} KiB",
            _ => $"{bytes} bytes",
        };
}
