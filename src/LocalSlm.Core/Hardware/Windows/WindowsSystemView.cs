using System.Runtime.InteropServices;
using LocalSlm.Hardware.Interop;

namespace LocalSlm.Hardware.Windows;

/// <summary>Windows: memory and cores from the kernel, graphics adapters from DXGI, neural processors from the device classes.</summary>
internal sealed class WindowsSystemView : ISystemView
{
    /// <summary>Microsoft's list of system-defined device setup classes: ComputeAccelerator.</summary>
    private static readonly Guid s_accelerators = new("f01a9d53-3ff6-48d2-9f97-c8a7004be10c");

    public ProcessorInfo ReadProcessor(ICollection<string> problems)
    {
        var records = Ask("the processor's cores", WindowsCalls.GetCores, problems);
        var cores = records is null ? null : WindowsRecords.ReadCores(records);

        // Affinity masks and job limits leave fewer than the machine has: .NET counts those.
        var logical = Environment.ProcessorCount;
        var physical = cores is { } known
            ? Math.Max(1, (int)Math.Round((double)known.Cores * Math.Min(logical, known.Logical) / known.Logical))
            : logical;
        return new ProcessorInfo
        {
            Name =
                InstructionSets.BrandName()
                ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
                ?? RuntimeInformation.ProcessArchitecture.ToString(),
            Architecture = RuntimeInformation.ProcessArchitecture,
            InstructionSets = InstructionSets.Detect(null),
            PhysicalCores = physical,
            LogicalProcessors = logical,
            PerformanceCores = cores?.Fast is { } fast ? Math.Min(fast, physical) : null,
            ComputeThreads = ProcessorTopology.Detect().ComputeThreads,
        };
    }

    public MemoryInfo ReadMemory(ICollection<string> problems)
    {
        var status = Ask("the memory", WindowsCalls.GetMemoryStatus, problems);
        return (status is null ? null : WindowsRecords.ReadMemory(status)) ?? SystemView.MemoryOfTheCollector();
    }

    public IReadOnlyList<SystemDevice> ReadDevices(ICollection<string> problems)
    {
        const uint Description = 0;
        const uint HardwareId = 1;
        const uint Service = 4;
        const uint FriendlyName = 12;
        var devices = new List<SystemDevice>();
        foreach (var (description, version) in Ask("graphics adapters", WindowsCalls.GetAdapters, problems) ?? [])
        {
            if (WindowsRecords.ReadAdapter(description, version) is { } adapter)
            {
                devices.Add(adapter);
            }
        }

        var accelerators = Ask(
            "neural processors",
            static () => WindowsCalls.GetDevices(s_accelerators, HardwareId, FriendlyName, Description, Service),
            problems
        );
        devices.AddRange(
            (accelerators ?? []).Select(static one => WindowsRecords.ReadAccelerator(one[0], one[1] ?? one[2], one[3]))
        );
        return devices;
    }

    private static T? Ask<T>(string what, Func<T?> call, ICollection<string> problems)
        where T : class
    {
        try
        {
            var answer = call();
            if (answer is null)
            {
                problems.Add($"Windows did not tell {what} (error {Marshal.GetLastPInvokeError()}).");
            }

            return answer;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            // Editions without a desktop have no DXGI.
            problems.Add($"Windows could not be asked for {what}: {error.Message}");
            return null;
        }
    }
}
