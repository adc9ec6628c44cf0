namespace LocalSlm;

/// <summary>How conversations share the KV memory of one model.</summary>
public enum KvCacheLayout
{
    /// <summary>Chosen by the runtime; today <see cref="Unified"/>, which takes the least memory.</summary>
    Automatic,

    /// <summary>One pool for all: a long conversation may use what others leave free, and shared prefixes are stored once.</summary>
    Unified,

    /// <summary>A part of its own for each: attention never passes over other conversations' tokens.</summary>
    Split,
}
