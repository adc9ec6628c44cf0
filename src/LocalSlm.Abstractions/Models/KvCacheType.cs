namespace LocalSlm;

/// <summary>The number format of cached keys and values.</summary>
public enum KvCacheType
{
    /// <summary>16-bit floating point: 2 bytes a number.</summary>
    Float16,

    /// <summary>32-bit floating point: 4 bytes a number.</summary>
    Float32,

    /// <summary>8-bit blocks: about 1.06 bytes a number.</summary>
    Q8_0,

    /// <summary>4-bit blocks: about 0.56 bytes a number.</summary>
    Q4_0,
}
