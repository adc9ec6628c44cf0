namespace LocalSlm.Testing;

/// <summary>In what way the device of a <see cref="FakeDecoder"/> fails; from then on it refuses every call.</summary>
public enum FakeFailure
{
    /// <summary>Every row of a step fails.</summary>
    Rows,

    /// <summary>The first half of the rows of a step is done, the others fail.</summary>
    LaterRows,

    /// <summary>A step throws.</summary>
    Throws,

    /// <summary>A step seems to be done; its logits cannot be had.</summary>
    Logits,

    /// <summary>A step is done well; what comes next is refused, be it only the cutting of a sequence.</summary>
    Afterwards,
}
