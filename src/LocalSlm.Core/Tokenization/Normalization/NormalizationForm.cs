namespace LocalSlm.Tokenization.Normalization;

/// <summary>Unicode's normalisation forms (UAX #15).</summary>
internal enum NormalizationForm
{
    /// <summary>Canonical composition.</summary>
    Nfc,

    /// <summary>Canonical decomposition.</summary>
    Nfd,

    /// <summary>Compatibility decomposition, canonical composition.</summary>
    Nfkc,

    /// <summary>Compatibility decomposition.</summary>
    Nfkd,
}
