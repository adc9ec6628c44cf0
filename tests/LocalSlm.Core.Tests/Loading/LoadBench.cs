using LocalSlm.Loading;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Loading;

/// <summary>A fake runtime with an NPU, a GPU and a processor, and what a load needs beside it.</summary>
internal sealed class LoadBench : IDisposable
{
    public static readonly ComputeDevice Npu = new("NPU0", "Fake Boost", ComputeDeviceKind.Npu, 0, 0);

    public static readonly ComputeDevice Gpu = new("GPU0", "Fake Force", ComputeDeviceKind.Gpu, 8L << 30, 8L << 30)
    {
        DriverVersion = "1.0",
    };

    public static readonly ComputeDevice Cpu = new("CPU", "fake processor", ComputeDeviceKind.Cpu, 0, 0);

    private static int s_count;

    private readonly int _number = Interlocked.Increment(ref s_count);

    public LoadBench()
    {
        Runtime = new FakeModelRuntime { Devices = [Npu, Gpu, Cpu] };
        Clock = new ManualClock();
        Services = new LoadServices
        {
            Loggers = Log,
            Clock = Clock,
            Breakers = new DeviceBreakers(Clock),
            StateDirectory = Folder,
        };
    }

    public FakeModelRuntime Runtime { get; }

    public ManualClock Clock { get; }

    public RecordingLoggerFactory Log { get; } = new();

    public LoadServices Services { get; set; }

    public ModelLoadOptions Options { get; } = new();

    /// <summary>Gets the model's path, one of its own for each test.</summary>
    public string Path => $"fake:model-{_number}";

    public string Folder { get; } =
        System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"localslm-{Guid.NewGuid():N}");

    /// <summary>Gets the devices on which an attempt began, in order.</summary>
    public List<string> Tried { get; } = [];

    /// <summary>Lets devices fail: the error that opening on a device throws.</summary>
    public void FailOn(Func<ComputeDevice, Exception?> errorOf) =>
        Runtime.BeforeOpenOn = (device, _, _) =>
        {
            Tried.Add(device.Name);
            return errorOf(device) is { } error ? Task.FromException(error) : Task.CompletedTask;
        };

    public ModelLoadException Refusal(ComputeDevice device, string reason = "It said no.") =>
        new(Path, "the device does not serve it:", failedDevices: [new DeviceAttempt(device.Name, reason)]);

    public ModelOpener<IRuntimeModel> Opener() => new(new ChatLoadTarget(Runtime, Path, Options), null, Services);

    public Task<OpenedModel<IRuntimeModel>> OpenAsync(CancellationToken? cancellationToken = null) =>
        Opener().OpenAsync(null, cancellationToken ?? TestContext.Current.CancellationToken);

    public void Dispose()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
