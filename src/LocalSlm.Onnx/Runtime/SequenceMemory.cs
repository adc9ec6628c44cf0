namespace LocalSlm.Onnx.Runtime;

/// <summary>What one sequence carries from run to run, for graphs that compute one sequence at a time. What a model does not have
/// stays <see langword="null"/>.</summary>
internal sealed class SequenceMemory : IDisposable
{
    /// <summary>Gets or sets the keys and values that a run appends to.</summary>
    public KvArena? Appended { get; set; }

    /// <summary>Gets or sets the keys and values that a run copies.</summary>
    public CopiedKv? Copied { get; set; }

    /// <summary>Gets or sets the recurrent states, one after the other; <see langword="null"/> while they are zero.</summary>
    public NativeBuffer? States { get; set; }

    /// <summary>Gets the bytes that are taken.</summary>
    public long Bytes =>
        (Appended is { } arena ? arena.GetBytes(arena.Slots, arena.Capacity) : 0)
        + (Copied?.Bytes ?? 0)
        + (States?.Bytes ?? 0);

    /// <summary>Frees everything; the sequence is empty then.</summary>
    public void Clear()
    {
        Appended?.Dispose();
        Copied?.Dispose();
        States?.Dispose();
        Appended = null;
        Copied = null;
        States = null;
    }

    public void Dispose() => Clear();
}
