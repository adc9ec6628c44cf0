using System.Runtime.InteropServices;
using LocalSlm.Hardware.Interop;

namespace LocalSlm.Hardware.MacOs;

/// <summary>macOS: the kernel's values by name.</summary>
internal sealed class MacSystemView : ISystemView
{
    /// <summary>Features of Arm processors, by their value's name and as llama.cpp's kernels call them.</summary>
    private static readonly (string Value, string Name)[] s_features =
    [
        ("hw.optional.arm.FEAT_FP16", "FP16"),
        ("hw.optional.arm.FEAT_DotProd", "DotProd"),
        ("hw.optional.arm.FEAT_I8MM", "I8MM"),
        ("hw.optional.arm.FEAT_BF16", "BF16"),
        ("hw.optional.arm.FEAT_SME", "SME"),
    ];

    public ProcessorInfo ReadProcessor(ICollection<string> problems)
    {
        var logical = Environment.ProcessorCount;
        var sets = new List<string>(InstructionSets.Detect(null));
        foreach (var (value, name) in s_features)
        {
            if (Number(value) == 1 && !sets.Contains(name))
            {
                sets.Add(name);
            }
        }

        var physical = (int)Math.Clamp(Number("hw.physicalcpu") ?? logical, 1, logical);
        return new ProcessorInfo
        {
            Name = Brand() is { Length: > 0 } brand ? brand : RuntimeInformation.ProcessArchitecture.ToString(),
            Architecture = RuntimeInformation.ProcessArchitecture,
            InstructionSets = sets,
            PhysicalCores = physical,
            LogicalProcessors = logical,
            PerformanceCores =
                Number("hw.nperflevels") > 1 && Number("hw.perflevel0.physicalcpu") is { } fast && fast < physical
                    ? (int)fast
                    : null,
            ComputeThreads = ProcessorTopology.Detect().ComputeThreads,
        };
    }

    public MemoryInfo ReadMemory(ICollection<string> problems)
    {
        var memory = MacRecords.ReadMemory(
            Number("hw.memsize") ?? 0,
            Number("hw.pagesize") ?? 0,
            MacCalls.GetMemoryStatistics(),
            MacCalls.Get("vm.swapusage")
        );
        if (memory is null)
        {
            problems.Add("macOS did not tell its memory; the figures are those of the garbage collector.");
        }

        return memory ?? SystemView.MemoryOfTheCollector();
    }

    public IReadOnlyList<SystemDevice> ReadDevices(ICollection<string> problems) =>
        MacRecords.ListDevices(Brand(), Number("kern.hv_vmm_present") == 1);

    private static string Brand() => MacRecords.ReadText(MacCalls.Get("machdep.cpu.brand_string"));

    private static long? Number(string name) => MacRecords.ReadNumber(MacCalls.Get(name));
}
