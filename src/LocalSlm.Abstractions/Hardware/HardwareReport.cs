namespace LocalSlm;

/// <summary>What a machine computes with, as this process may use it. Immutable. <see cref="ToString"/> gives a readable
/// table.</summary>
public sealed partial record HardwareReport
{
    /// <summary>Gets the processor.</summary>
    public required ProcessorInfo Processor { get; init; }

    /// <summary>Gets the main memory.</summary>
    public required MemoryInfo Memory { get; init; }

    /// <summary>Gets graphics and neural processors; each is one entry, whoever sees it. The processor is not among
    /// them.</summary>
    public required IReadOnlyList<HardwareDevice> Devices { get; init; }

    /// <summary>Gets the runtimes that were asked.</summary>
    public required IReadOnlyList<RuntimeReport> Runtimes { get; init; }

    /// <summary>Gets what could not be read, each with its reason; empty if nothing failed.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Gets when the devices were listed.</summary>
    public required DateTimeOffset ProbedAt { get; init; }
}
