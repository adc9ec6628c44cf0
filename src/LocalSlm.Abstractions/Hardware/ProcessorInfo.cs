using System.Globalization;
using System.Runtime.InteropServices;

namespace LocalSlm;

/// <summary>The processor, as this process may use it.</summary>
public sealed record ProcessorInfo
{
    /// <summary>Gets what it calls itself, or its architecture if it does not.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the architecture.</summary>
    public required Architecture Architecture { get; init; }

    /// <summary>Gets the instruction sets that matter to language models, such as <c>AVX2</c>, <c>AVX512-VNNI</c>, <c>DotProd</c>.</summary>
    public IReadOnlyList<string> InstructionSets { get; init; } = [];

    /// <summary>Gets the physical cores that this process may run on.</summary>
    public required int PhysicalCores { get; init; }

    /// <summary>Gets the logical processors that this process may run on (affinity).</summary>
    public required int LogicalProcessors { get; init; }

    /// <summary>Gets how many of the physical cores are fast ones, on processors with fast and frugal cores;
    /// <see langword="null"/> where all are alike or the system does not tell.</summary>
    public int? PerformanceCores { get; init; }

    /// <summary>Gets how many processors' worth of time the control group grants; <see langword="null"/> without a limit.</summary>
    public double? CgroupQuota { get; init; }

    /// <summary>Gets how many threads compute by default.</summary>
    public required int ComputeThreads { get; init; }

    /// <summary>Gives name, architecture, cores and threads.</summary>
    /// <returns>One line.</returns>
    public override string ToString()
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Name}, {Architecture}: {PhysicalCores} cores, {LogicalProcessors} logical processors"
        );
        if (PerformanceCores is { } fast)
        {
            text += string.Create(CultureInfo.InvariantCulture, $", {fast} fast cores");
        }

        if (CgroupQuota is { } quota)
        {
            text += string.Create(CultureInfo.InvariantCulture, $", control group: {quota:0.##} processors");
        }

        return text + string.Create(CultureInfo.InvariantCulture, $"; compute threads {ComputeThreads}");
    }
}
