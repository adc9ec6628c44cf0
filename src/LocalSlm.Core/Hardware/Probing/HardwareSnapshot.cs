namespace LocalSlm.Hardware.Probing;

/// <summary>What a probe keeps: everything but the figures of this moment.</summary>
internal sealed record HardwareSnapshot(
    ProcessorInfo Processor,
    IReadOnlyList<SystemDevice> Devices,
    IReadOnlyList<RuntimeReport> Runtimes,
    IReadOnlyList<string> Problems,
    DateTimeOffset ProbedAt
);
