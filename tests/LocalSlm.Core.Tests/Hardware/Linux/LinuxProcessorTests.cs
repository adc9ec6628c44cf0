using LocalSlm.Hardware.Linux;

namespace LocalSlm.Tests.Hardware.Linux;

/// <summary>Processors and memory as <c>/proc</c> and <c>/sys</c> tell them.</summary>
public sealed class LinuxProcessorTests : IDisposable
{
    private readonly RecordedTree _tree = new();
    private readonly List<string> _problems = [];

    [Fact]
    public void Read_HybridProcessor_CountsFastCores()
    {
        // Two fast cores of two threads each, four frugal ones.
        for (var cpu = 0; cpu < 8; cpu++)
        {
            var siblings = cpu < 4 ? $"{cpu / 2 * 2}-{(cpu / 2 * 2) + 1}" : $"{cpu}";
            _tree.Write($"sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list", siblings + "\n");
        }

        _tree
            .Write("proc/self/status", "Cpus_allowed_list:\t0-7\n")
            .Write(
                "proc/cpuinfo",
                "processor\t: 0\nmodel name\t: Intel(R) Core(TM) Ultra 7\nflags\t\t: fpu avx2 avx_vnni f16c\n\nprocessor\t: 1\n"
            )
            .Write("sys/devices/cpu_core/cpus", "0-3\n")
            .Write("sys/devices/cpu_atom/cpus", "4-7\n");

        var processor = Read();

        Assert.Equal("Intel(R) Core(TM) Ultra 7", processor.Name);
        Assert.Equal((8, 6, 2), (processor.LogicalProcessors, processor.PhysicalCores, processor.PerformanceCores));
        Assert.Equal(6, processor.ComputeThreads);
        Assert.Contains("F16C", processor.InstructionSets);
    }

    [Theory]
    [InlineData("cpu_capacity", "1024", "1024", "446", "446", 2)]
    [InlineData("cpufreq/cpuinfo_max_freq", "4200000", "4000000", "2800000", "2800000", 2)]
    [InlineData("cpu_capacity", "1024", "1024", "1024", "1024", null)]
    [InlineData("cpufreq/cpuinfo_max_freq", "5700000", "5700000", "5500000", "5500000", null)]
    [InlineData("cpu_capacity", "1024", "", "what", "446", null)]
    public void Read_CapacitiesOrClocks_DecideWhichCoresAreFast(
        string file,
        string a,
        string b,
        string c,
        string d,
        int? fast
    )
    {
        string[] figures = [a, b, c, d];
        for (var cpu = 0; cpu < figures.Length; cpu++)
        {
            _tree.Write($"sys/devices/system/cpu/cpu{cpu}/{file}", figures[cpu] + "\n");
        }

        _tree.Write("proc/self/status", "Cpus_allowed_list:\t0-3\n");
        Assert.Equal(fast, Read().PerformanceCores);
    }

    [Fact]
    public void Read_ArmBoard_IsNamedByItsDeviceTree()
    {
        _tree
            .Write(
                "proc/cpuinfo",
                "processor\t: 0\nFeatures\t: fp asimd fphp asimdhp asimddp i8mm bf16 sve\nCPU implementer\t: 0x41\n"
            )
            .Write("sys/firmware/devicetree/base/model", "Radxa ROCK 5B\0");

        var processor = Read();
        Assert.Equal("Radxa ROCK 5B", processor.Name);
        Assert.All(["FP16", "DotProd", "I8MM", "BF16", "SVE"], set => Assert.Contains(set, processor.InstructionSets));
    }

    [Fact]
    public void Read_QuotaOfTheGroup_BoundsTheThreads()
    {
        _tree
            .Write("proc/self/status", "Cpus_allowed_list:\t0-7\n")
            .Write("proc/self/cgroup", "0::/service\n")
            .Write("sys/fs/cgroup/service/cpu.max", "250000 100000\n");

        var processor = Read();
        Assert.Equal(2.5, processor.CgroupQuota);
        Assert.Equal(2, processor.ComputeThreads);
    }

    [Fact]
    public void ReadMemory_OfMeminfoAndGroup_TellsBoth()
    {
        _tree
            .Write(
                "proc/meminfo",
                "MemTotal:       16384 kB\nMemFree:         1024 kB\nMemAvailable:    8192 kB\nSwapTotal:       4096 kB\nSwapFree:        2048 kB\n"
            )
            .Write("proc/self/cgroup", "0::/a/b\n")
            .Write("sys/fs/cgroup/a/memory.max", "6291456\n")
            .Write("sys/fs/cgroup/a/memory.current", "4194304\n")
            .Write("sys/fs/cgroup/a/memory.stat", "inactive_file 1048576\n");

        var memory = ReadMemory();

        Assert.Equal((16384L << 10, 8192L << 10), (memory.TotalBytes, memory.AvailableBytes));
        Assert.Equal((4096L << 10, 2048L << 10), (memory.SwapTotalBytes, memory.SwapFreeBytes));
        Assert.Equal((6291456L, 3145728L), (memory.CgroupLimitBytes, memory.CgroupUsedBytes));
        Assert.Equal(3145728, memory.UsableBytes);
    }

    [Fact]
    public void ReadMemory_BeforeMemAvailable_CountsFreePagesAndCaches()
    {
        _tree.Write("proc/meminfo", "MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 20 kB\nCached: 300 kB\n");
        Assert.Equal(420L << 10, ReadMemory().AvailableBytes);
    }

    [Theory]
    [InlineData("max", "1")]
    [InlineData("0", "1")]
    [InlineData("-5", "1")]
    [InlineData("9223372036854771712", "1")]
    [InlineData("99999999999999999999999", "1")]
    [InlineData("what", "1")]
    [InlineData("4096", "what")]
    [InlineData("4096", "-1")]
    [InlineData("", "")]
    public void ReadMemory_AbsurdGroup_CountsAsNone(string limit, string usage)
    {
        _tree
            .Write("proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 500 kB\n")
            .Write("proc/self/cgroup", "9:memory:/x\n0::/x\nnonsense\n:::\n")
            .Write("sys/fs/cgroup/x/memory.max", limit)
            .Write("sys/fs/cgroup/x/memory.current", usage)
            .Write("sys/fs/cgroup/memory/x/memory.limit_in_bytes", limit)
            .Write("sys/fs/cgroup/memory/x/memory.usage_in_bytes", usage);

        var memory = ReadMemory();
        Assert.Null(memory.CgroupLimitBytes);
        Assert.Equal(500L << 10, memory.UsableBytes);
    }

    [Fact]
    public void ReadMemory_MoreUsedThanTheLimit_LeavesNothing()
    {
        _tree
            .Write("proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 500 kB\n")
            .Write("proc/self/cgroup", "0::/\n")
            .Write("sys/fs/cgroup/memory.max", "4096\n")
            .Write("sys/fs/cgroup/memory.current", "8192\n");
        Assert.Equal(0, ReadMemory().UsableBytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MemTotal: kB\n")]
    [InlineData("MemTotal: 99999999999999999999 kB\n")]
    public void ReadMemory_AbsurdMeminfo_TakesTheCollectorsFigures(string text)
    {
        _tree.Write("proc/meminfo", text);
        Assert.True(ReadMemory().TotalBytes > 0);
        Assert.Contains("meminfo", Assert.Single(_problems), StringComparison.Ordinal);
    }

    public void Dispose() => _tree.Dispose();

    private ProcessorInfo Read() => new LinuxSystemView(_tree.Root).ReadProcessor(_problems);

    private MemoryInfo ReadMemory() => new LinuxSystemView(_tree.Root).ReadMemory(_problems);
}
