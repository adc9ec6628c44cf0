namespace LocalSlm.Hardware;

/// <summary>Reads running totals of processor time. Reading allocates nothing.</summary>
internal interface IProcessorUsage : IDisposable
{
    /// <summary>Gets how many logical processors the totals are about.</summary>
    int ProcessorCount { get; }

    /// <summary>Reads the totals.</summary>
    /// <param name="all">Busy time of all programs on these processors.</param>
    /// <param name="own">Busy time of this process.</param>
    /// <returns><see langword="false"/> if the system does not tell.</returns>
    bool TryRead(out TimeSpan all, out TimeSpan own);
}
