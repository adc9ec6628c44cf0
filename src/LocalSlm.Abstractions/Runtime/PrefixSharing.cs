namespace LocalSlm;

/// <summary>How a sequence can take over the start of another.</summary>
public enum PrefixSharing
{
    /// <summary>It cannot.</summary>
    None,

    /// <summary>By a copy, which takes memory of its own.</summary>
    Copied,

    /// <summary>By sharing: the tokens are stored once.</summary>
    Shared,
}
