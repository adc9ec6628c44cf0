namespace LocalSlm.Gguf.Runtime;

/// <summary>Something that an operation gives or reads.</summary>
internal struct StepResult(long bytes, int device)
{
    /// <summary>Its size.</summary>
    public readonly long Bytes = bytes;

    /// <summary>Where it is.</summary>
    public int Device = device;

    /// <summary>Whether it is given to the step.</summary>
    public bool IsInput;

    /// <summary>Whether its memory is there already.</summary>
    public bool IsKept;

    /// <summary>Those that have yet to read it.</summary>
    public int Readers;

    /// <summary>Whether it takes memory now.</summary>
    public bool IsPlaced;

    /// <summary>Where in its buffer.</summary>
    public long Start;
}
