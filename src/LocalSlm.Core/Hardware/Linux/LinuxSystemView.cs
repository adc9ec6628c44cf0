namespace LocalSlm.Hardware.Linux;

/// <summary>Linux: <c>/proc</c> and <c>/sys</c>.</summary>
/// <param name="root">The folder that holds them.</param>
internal sealed class LinuxSystemView(string root) : ISystemView
{
    public ProcessorInfo ReadProcessor(ICollection<string> problems) =>
        LinuxProcessor.Read(new SystemFiles(root, problems));

    public MemoryInfo ReadMemory(ICollection<string> problems)
    {
        var files = new SystemFiles(root, problems);
        var memory = MemoryText.Parse(files.Read("proc/meminfo") ?? string.Empty);
        if (memory is null)
        {
            problems.Add(
                $"{files.Locate("proc/meminfo")} does not tell the memory; the figures are those of the garbage collector."
            );
            memory = SystemView.MemoryOfTheCollector();
        }

        var groups = new CgroupFiles(files.Read("proc/self/cgroup") ?? string.Empty, files.Locate("sys/fs/cgroup"));
        return groups.GetMemory() is { } limit
            ? memory with
            {
                CgroupLimitBytes = limit.LimitBytes,
                CgroupUsedBytes = limit.UsedBytes,
            }
            : memory;
    }

    public IReadOnlyList<SystemDevice> ReadDevices(ICollection<string> problems) =>
        new LinuxDevices(new SystemFiles(root, problems)).Read();

    public SystemDevice RefreshMemory(SystemDevice device) =>
        device is { TotalMemoryBytes: > 0, Address: not null }
            ? new LinuxDevices(new SystemFiles(root, [])).RefreshMemory(device)
            : device;
}
