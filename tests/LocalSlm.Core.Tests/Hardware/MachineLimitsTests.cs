using LocalSlm.Hardware;

namespace LocalSlm.Tests.Hardware;

/// <summary>Affinity, topology, cgroup and memory files in the forms that proc(5) and cgroups(7) describe.</summary>
public sealed class MachineLimitsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localslm-cgroup-").FullName;

    [Fact]
    public void ParseAllowed_ListOfRanges_IsExpanded() =>
        Assert.Equal(
            [0, 1, 2, 8, 10, 11],
            ProcessorTopology.ParseAllowed("Name:\tx\nCpus_allowed:\tdff\nCpus_allowed_list:\t0-2,8,10-11\n")
        );

    [Fact]
    public void CountCores_SiblingsOfOneCore_CountOnce()
    {
        Write("cpu0/topology/thread_siblings_list", "0,2\n");
        Write("cpu1/topology/thread_siblings_list", "1,3\n");
        Write("cpu2/topology/thread_siblings_list", "0,2\n");
        Write("cpu3/topology/thread_siblings_list", "1,3\n");
        Assert.Equal(2, ProcessorTopology.CountCores([0, 1, 2, 3], _folder));
        Assert.Equal(1, ProcessorTopology.CountCores([0, 2], _folder));
        Assert.Equal(2, ProcessorTopology.CountCores([8, 9], _folder));
    }

    [Theory]
    [InlineData(8, null, 8)]
    [InlineData(8, 2.0, 2)]
    [InlineData(8, 2.5, 2)]
    [InlineData(8, 0.5, 1)]
    [InlineData(2, 16.0, 2)]
    public void ComputeThreads_CoresAndQuota_TakesTheLess(int cores, double? quota, int threads) =>
        Assert.Equal(threads, new ProcessorTopology([0], cores, quota).ComputeThreads);

    [Fact]
    public void Detect_ThisMachine_IsWithinWhatDotNetSees()
    {
        var topology = ProcessorTopology.Detect();
        Assert.InRange(topology.ComputeThreads, 1, topology.LogicalProcessors.Count);
        Assert.InRange(topology.ComputeThreads, 1, Environment.ProcessorCount);
    }

    [Fact]
    public void GetProcessorQuota_Version2_TakesTheTightestAncestor()
    {
        Write("a/b/cpu.max", "max 100000\n");
        Write("a/cpu.max", "150000 100000\n");
        Assert.Equal(1.5, new CgroupFiles("0::/a/b\n", _folder).GetProcessorQuota());
        Assert.Null(new CgroupFiles("0::/other\n", _folder).GetProcessorQuota());
    }

    [Fact]
    public void GetProcessorQuota_Version1_ReadsQuotaAndPeriod()
    {
        Write("cpu,cpuacct/ignored", "");
        Write("cpu/docker/x/cpu.cfs_quota_us", "300000\n");
        Write("cpu/docker/x/cpu.cfs_period_us", "100000\n");
        Assert.Equal(3, new CgroupFiles("4:cpu,cpuacct:/docker/x\n", _folder).GetProcessorQuota());
        Write("cpu/docker/x/cpu.cfs_quota_us", "-1\n");
        Assert.Null(new CgroupFiles("4:cpu,cpuacct:/docker/x\n", _folder).GetProcessorQuota());
    }

    [Fact]
    public void GetFreeMemoryBytes_Version2_CountsCachedFilesAsFree()
    {
        Write("a/memory.max", "1000000\n");
        Write("a/memory.current", "900000\n");
        Write("a/memory.stat", "anon 1\ninactive_file 300000\n");
        Assert.Equal(400_000, new CgroupFiles("0::/a\n", _folder).GetFreeMemoryBytes());
        Write("a/memory.max", "max\n");
        Assert.Null(new CgroupFiles("0::/a\n", _folder).GetFreeMemoryBytes());
    }

    [Fact]
    public void GetFreeMemoryBytes_Version1InAContainer_ReadsTheMountItself()
    {
        Write("memory/memory.limit_in_bytes", "5000000\n");
        Write("memory/memory.usage_in_bytes", "1000000\n");
        Assert.Equal(4_000_000, new CgroupFiles("9:memory:/docker/unseen\n", _folder).GetFreeMemoryBytes());
        Write("memory/memory.limit_in_bytes", "9223372036854771712\n");
        Assert.Null(new CgroupFiles("9:memory:/docker/unseen\n", _folder).GetFreeMemoryBytes());
    }

    [Fact]
    public void ParseMemAvailable_OfMeminfo_IsInBytes()
    {
        Assert.Equal(
            2048L << 10,
            MemoryLimits.ParseMemAvailable("MemTotal:       24684092 kB\nMemAvailable:       2048 kB\n")
        );
        Assert.Null(MemoryLimits.ParseMemAvailable("MemTotal: 1 kB\n"));
        Assert.True(MemoryLimits.GetAvailableBytes() > 0);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string relative, string text)
    {
        var path = Path.Combine(_folder, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
