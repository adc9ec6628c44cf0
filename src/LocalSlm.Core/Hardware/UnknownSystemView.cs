using System.Runtime.InteropServices;

namespace LocalSlm.Hardware;

/// <summary>A system without a view of its own: what .NET tells.</summary>
internal sealed class UnknownSystemView : ISystemView
{
    public ProcessorInfo ReadProcessor(ICollection<string> problems)
    {
        var topology = ProcessorTopology.Detect();
        return new ProcessorInfo
        {
            Name = InstructionSets.BrandName() ?? RuntimeInformation.ProcessArchitecture.ToString(),
            Architecture = RuntimeInformation.ProcessArchitecture,
            InstructionSets = InstructionSets.Detect(null),
            PhysicalCores = topology.PhysicalCores,
            LogicalProcessors = topology.LogicalProcessors.Count,
            CgroupQuota = topology.Quota,
            ComputeThreads = topology.ComputeThreads,
        };
    }

    public MemoryInfo ReadMemory(ICollection<string> problems) => SystemView.MemoryOfTheCollector();

    public IReadOnlyList<SystemDevice> ReadDevices(ICollection<string> problems)
    {
        problems.Add(
            $"Devices of {RuntimeInformation.OSDescription} are not known to this version; what the runtimes list is all there is to say."
        );
        return [];
    }
}
