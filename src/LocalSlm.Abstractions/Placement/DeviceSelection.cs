namespace LocalSlm;

/// <summary>How one of several devices is chosen.</summary>
public enum DeviceSelection
{
    /// <summary>The first of the preferred order that serves.</summary>
    Preferred,

    /// <summary>The fastest: each candidate computes a few tokens once, and the result is remembered for model, device and
    /// driver.</summary>
    Measured,
}
