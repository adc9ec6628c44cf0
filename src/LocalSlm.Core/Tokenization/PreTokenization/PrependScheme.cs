namespace LocalSlm.Tokenization.PreTokenization;

/// <summary>Where a space is put before text that has none.</summary>
internal enum PrependScheme
{
    /// <summary>Before each piece.</summary>
    Always,

    /// <summary>Before the piece that begins where the original begins.</summary>
    First,

    /// <summary>Nowhere.</summary>
    Never,
}
