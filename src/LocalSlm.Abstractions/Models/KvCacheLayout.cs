namespace LocalSlm;

/// <summary>How conversations share the KV memory of one model.</summary>
public enum KvCacheLayout
{
    /// <summary>The layout that was measured best for the model and the number of conversations.</summary>
    Automatic,

    /// <summary>One pool for all: a long conversation may use what others leave free, and shared prefixes are stored once.</summary>
    Unified,

    /// <summary>A part of its own for each: attention never passes over other conversations' tokens.</summary>
    Split,
}
