namespace LocalSlm.Tokenization.Unicode;

/// <summary>How a code point behaves in Unicode normalisation (UAX #15).</summary>
[Flags]
internal enum CodePointTraits : byte
{
    /// <summary>It stays as it is, and so does what stands before it.</summary>
    None = 0,

    /// <summary>It, or what it begins with when decomposed canonically, is a mark or may be composed with what stands before.</summary>
    JoinsBefore = 1,

    /// <summary>The same for compatibility decompositions.</summary>
    JoinsBeforeCompatible = 2,

    /// <summary>Its NFC is another.</summary>
    ChangesInNfc = 4,

    /// <summary>Its NFKC is another.</summary>
    ChangesInNfkc = 8,

    /// <summary>Its NFD is another.</summary>
    ChangesInNfd = 16,

    /// <summary>Its NFKD is another.</summary>
    ChangesInNfkd = 32,
}
