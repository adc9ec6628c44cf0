using System.Runtime.InteropServices;
using LocalSlm.Hardware;
using LocalSlm.Hardware.Probing;
using Microsoft.Extensions.Logging;

namespace LocalSlm.Tests.Hardware.Probing;

public sealed class HardwareProbeTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task ProbeAsync_Twice_AsksOnceAndReadsMemoryAgain()
    {
        var system = new ListedSystem();
        var runtime = new ListedRuntime();
        var probe = new HardwareProbe(system, [runtime]);

        var first = await probe.ProbeAsync();
        system.AvailableBytes = 7;
        var second = await probe.ProbeAsync();

        Assert.Equal((1, 1), (system.Readings, runtime.Listings));
        Assert.Equal((100, 7), (first.Memory.AvailableBytes, second.Memory.AvailableBytes));
        Assert.Equal(first.ProbedAt, second.ProbedAt);
        Assert.Equal(["A GPU"], second.Devices.Select(static device => device.Name));
    }

    [Fact]
    public async Task ProbeAsync_WithRefresh_AsksAgain()
    {
        var runtime = new ListedRuntime();
        var probe = new HardwareProbe(new ListedSystem(), [runtime]);
        await probe.ProbeAsync();
        runtime.Devices = [new("GPU0", "Another GPU", ComputeDeviceKind.Gpu, 0, 0)];

        var again = await probe.ProbeAsync(refresh: true);

        Assert.Equal(2, runtime.Listings);
        Assert.Equal(["Another GPU"], again.Devices.Select(static device => device.Name));
    }

    [Fact]
    public async Task ProbeAsync_RuntimeWhoseLibraryIsHere_TellsFreshMemoryOfDevices()
    {
        var runtime = new ListedRuntime
        {
            NativeVersion = "1",
            Devices = [new("GPU0", "A GPU", ComputeDeviceKind.Gpu, 1000, 900)],
        };
        var probe = new HardwareProbe(new ListedSystem(), [runtime]);
        await probe.ProbeAsync();
        runtime.Devices = [new("GPU0", "A GPU", ComputeDeviceKind.Gpu, 1000, 300)];

        var report = await probe.ProbeAsync();

        Assert.Equal(300, Assert.Single(report.Devices).FreeMemoryBytes);
        Assert.Equal(300, report.Runtimes[0].Devices[0].FreeMemoryBytes);
    }

    [Fact]
    public async Task ProbeAsync_ManyCallersAtOnce_ShareOneProbe_AndEachLeavesAlone()
    {
        using var gate = new ManualResetEventSlim();
        var runtime = new ListedRuntime { BeforeListing = gate.Wait };
        var probe = new HardwareProbe(new ListedSystem(), [runtime]);
        using var leaving = new CancellationTokenSource();
        var leaver = probe.ProbeAsync(cancellationToken: leaving.Token);
        var others = Enumerable.Range(0, 8).Select(one => probe.ProbeAsync(refresh: one % 2 == 0)).ToList();

        await leaving.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaver);
        Assert.Equal(leaving.Token, error.CancellationToken);
        Assert.All(others, static other => Assert.False(other.IsCompleted));
        gate.Set();
        var reports = await Task.WhenAll(others).WaitAsync(s_patience);

        Assert.Equal(1, runtime.Listings);
        Assert.Single(reports.Select(static report => report.ProbedAt).Distinct());
    }

    [Fact]
    public async Task ProbeAsync_DuringARefresh_AnswersFromMemory()
    {
        using var gate = new ManualResetEventSlim(initialState: true);
        var runtime = new ListedRuntime { BeforeListing = gate.Wait };
        var probe = new HardwareProbe(new ListedSystem(), [runtime]);
        await probe.ProbeAsync();
        gate.Reset();
        var refresh = probe.ProbeAsync(refresh: true);

        var known = await probe.ProbeAsync().WaitAsync(s_patience);

        Assert.False(refresh.IsCompleted);
        Assert.Single(known.Devices);
        gate.Set();
        await refresh.WaitAsync(s_patience);
    }

    [Fact]
    public async Task ProbeAsync_CancelledBefore_AsksNothing()
    {
        var runtime = new ListedRuntime();
        var probe = new HardwareProbe(new ListedSystem(), [runtime]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            probe.ProbeAsync(cancellationToken: new CancellationToken(canceled: true))
        );
        Assert.Equal(0, runtime.Listings);
    }

    [Fact]
    public async Task ProbeAsync_RuntimeThatThrows_IsToldAndTheOthersAreAsked()
    {
        var broken = new ListedRuntime
        {
            Name = "broken",
            BeforeListing = static () => throw new InvalidOperationException("It is broken."),
        };
        var missing = new ListedRuntime
        {
            Name = "missing",
            BeforeListing = static () => throw new NativeLibraryException("x", "x is missing. Add it.", []),
        };
        var report = await new HardwareProbe(new ListedSystem(), [broken, missing, new ListedRuntime()]).ProbeAsync();

        Assert.Equal(
            ["InvalidOperationException: It is broken.", "Native library 'x': x is missing. Add it.", null],
            report.Runtimes.Select(static runtime => runtime.Problem)
        );
        Assert.Single(report.Devices);
    }

    [Fact]
    public async Task ProbeAsync_VirtualDevice_IsANoteOfItsRuntime()
    {
        var runtime = new ListedRuntime
        {
            Devices =
            [
                new("QNN:0", "Hexagon", ComputeDeviceKind.Npu, 0, 0) { IsVirtual = true, Problem = "It is virtual." },
            ],
        };
        var report = await new HardwareProbe(new ListedSystem(), [runtime]).ProbeAsync();

        Assert.Empty(report.Devices);
        Assert.Empty(report.Runtimes[0].Devices);
        Assert.StartsWith("QNN:0 (Hexagon) is a virtual device", Assert.Single(report.Runtimes[0].Notes));
    }

    [Fact]
    public async Task ProbeAsync_ThisMachine_TellsWhatMustHold()
    {
        var probe = new HardwareProbe([]);
        var report = await probe.ProbeAsync();

        Assert.Equal(RuntimeInformation.ProcessArchitecture, report.Processor.Architecture);
        Assert.NotEmpty(report.Processor.Name);
        Assert.NotEmpty(report.Processor.InstructionSets);
        Assert.InRange(report.Processor.ComputeThreads, 1, report.Processor.LogicalProcessors);
        Assert.InRange(report.Processor.PhysicalCores, 1, report.Processor.LogicalProcessors);
        Assert.InRange(report.Memory.AvailableBytes, 1, report.Memory.TotalBytes);
        Assert.InRange(report.Memory.UsableBytes, 1, report.Memory.AvailableBytes);
        Assert.InRange(report.Memory.SwapFreeBytes, 0, report.Memory.SwapTotalBytes);
        Assert.All(report.Devices, static device => Assert.NotNull(device.Problem));
        Assert.Empty(report.Runtimes);
        Assert.Contains(report.Processor.Name, report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void RuntimeReportJson_OfAReport_ComesBack()
    {
        var report = new RuntimeReport(
            "llama.cpp",
            "0.4.0",
            [
                new("CPU", "π \"x\"\n", ComputeDeviceKind.Cpu, long.MaxValue, 0),
                new("GPU0", "A GPU", ComputeDeviceKind.IntegratedGpu, 5, 3)
                {
                    Provider = "P",
                    VendorId = uint.MaxValue,
                    DeviceId = 2,
                    PciAddress = "0000:01:00.0",
                    Luid = ulong.MaxValue,
                    DriverVersion = "1.2",
                    IsVirtual = true,
                    Problem = "none",
                },
            ],
            "problem"
        )
        {
            Notes = ["one", "two"],
        };
        var read = RuntimeReportJson.Read(RuntimeReportJson.Write(report));

        Assert.Equal(report.Devices, read.Devices);
        Assert.Equal(report.Notes, read.Notes);
        Assert.Equal((report.Name, report.Version, report.Problem), (read.Name, read.Version, read.Problem));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"name":1,"version":null,"problem":null,"notes":[],"devices":[]}""")]
    [InlineData("""{"name":"x","version":null,"problem":null,"notes":[],"devices":[{}]}""")]
    public void RuntimeReportJson_OfSomethingElse_IsRefused(string text) =>
        Assert.ThrowsAny<System.Text.Json.JsonException>(() =>
            RuntimeReportJson.Read(System.Text.Encoding.UTF8.GetBytes(text))
        );

    [Fact]
    public void TryRunAsChild_InAnOrdinaryProcess_DoesNothing()
    {
        static IEnumerable<IModelRuntime> Never() => throw new InvalidOperationException("It was called.");

        Assert.False(HardwareProbe.TryRunAsChild([], Never));
        Assert.False(HardwareProbe.TryRunAsChild([ProbeChild.Argument, "llama.cpp", "/nonexistent/file"], Never));
    }

    [Fact]
    public async Task ProbeAsync_ProgramThatIsNotThere_IsToldForEachRuntime()
    {
        var runtime = new ListedRuntime();
        var options = new HardwareProbeOptions
        {
            ChildProcess = new ProbeChildProcess { FileName = "/nonexistent/program" },
        };
        var report = await new HardwareProbe(new ListedSystem(), [runtime], options).ProbeAsync();

        Assert.Contains("could not be started", Assert.Single(report.Runtimes).Problem, StringComparison.Ordinal);
        Assert.Equal(0, runtime.Listings);
    }

    [Fact]
    public void Timeout_OfZero_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new ProbeChildProcess { FileName = "x" }.Timeout = TimeSpan.Zero
        );

    private sealed class ListedSystem : ISystemView
    {
        public int Readings { get; private set; }

        public long AvailableBytes { get; set; } = 100;

        public ProcessorInfo ReadProcessor(ICollection<string> problems) =>
            new()
            {
                Name = "A processor",
                Architecture = Architecture.X64,
                PhysicalCores = 1,
                LogicalProcessors = 1,
                ComputeThreads = 1,
            };

        public MemoryInfo ReadMemory(ICollection<string> problems) =>
            new() { TotalBytes = 1000, AvailableBytes = AvailableBytes };

        public IReadOnlyList<SystemDevice> ReadDevices(ICollection<string> problems)
        {
            Readings++;
            return [];
        }
    }

    private sealed class ListedRuntime : IModelRuntime
    {
        private int _listings;

        public string Name { get; init; } = "listed";

        public string? NativeVersion { get; init; }

        public int Listings => _listings;

        public Action? BeforeListing { get; init; }

        public IReadOnlyList<ComputeDevice> Devices { get; set; } = [new("GPU0", "A GPU", ComputeDeviceKind.Gpu, 0, 0)];

        public IReadOnlyList<ComputeDevice> ListDevices()
        {
            Interlocked.Increment(ref _listings);
            BeforeListing?.Invoke();
            return Devices;
        }

        public bool Recognises(string path) => false;

        public ModelFacts Inspect(string path) => throw new NotSupportedException();

        public MemoryEstimate Estimate(ModelFacts facts, ModelLoadOptions options) => throw new NotSupportedException();

        public Task<IRuntimeModel> OpenAsync(
            string path,
            ModelLoadOptions options,
            ILoggerFactory loggers,
            IProgress<ModelLoadProgress>? progress,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();
    }
}
