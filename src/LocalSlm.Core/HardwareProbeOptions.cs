namespace LocalSlm;

/// <summary>How hardware is probed. Not safe for concurrent change.</summary>
public sealed class HardwareProbeOptions
{
    /// <summary>Gets or sets how runtimes are asked in processes of their own, so that a driver which crashes or hangs ends only
    /// those.</summary>
    /// <value><see langword="null"/> (default): they are asked in this process, which a driver that crashes while it is asked ends. The
    /// program that is named must call <see cref="HardwareProbe.TryRunAsChild"/> first of all.</value>
    public ProbeChildProcess? ChildProcess { get; set; }
}
