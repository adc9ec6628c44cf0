namespace LocalSlm;

/// <summary>Where a sequence can be cut back.</summary>
public enum CutBackSupport
{
    /// <summary>At any token.</summary>
    Anywhere,

    /// <summary>At some tokens only, such as while the sliding window before the cut is still there; ask
    /// <see cref="ITokenDecoder.GetKeepable"/>.</summary>
    Sometimes,

    /// <summary>Never: only clearing works (recurrent and hybrid models).</summary>
    Never,
}
