using LocalSlm.Hardware;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Loading;

/// <summary>What loads of one host share.</summary>
internal sealed record LoadServices
{
    /// <summary>Gets where messages go.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Gets the clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Gets the folder that remembers loads which ended the process, and measured devices; <see langword="null"/> for
    /// nowhere.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>Gets what models that are loaded already will still take of the main memory, in bytes.</summary>
    public Func<long> ReservedBytes { get; init; } = static () => 0;

    /// <summary>Gets the main memory that may be taken now, in bytes.</summary>
    public Func<long> AvailableBytes { get; init; } = MemoryLimits.GetAvailableBytes;

    /// <summary>Gets the breakers of devices that fail; by default those of the process.</summary>
    public DeviceBreakers Breakers { get; init; } = DeviceBreakers.OfProcess;
}
