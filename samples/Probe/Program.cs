using LocalSlm;
using LocalSlm.Gguf;
using LocalSlm.Onnx;

// Where a driver crashes or hangs while it is asked, only the process that the probe starts from this very program ends.
if (HardwareProbe.TryRunAsChild(args, MakeRuntimes))
{
    return;
}

var probe = new HardwareProbe(
    MakeRuntimes(),
    new HardwareProbeOptions { ChildProcess = ProbeChildProcess.ForThisProgram() }
);
var report = await probe.ProbeAsync();
Console.WriteLine(report);

// Where a model would go, from its files alone: dotnet run --project samples/Probe -- path/to/model.gguf
foreach (var path in args)
{
    try
    {
        var runtime = MakeRuntimes().FirstOrDefault(one => one.Recognises(path));
        if (runtime is null)
        {
            Console.WriteLine($"No runtime recognises '{path}'.");
            continue;
        }

        // For the devices that the report lists, so that no driver is started here either.
        var devices = report.Runtimes.Single(one => one.Name == runtime.Name).Devices;
        Console.WriteLine(ModelPlanner.PlanForDevices(runtime, runtime.Inspect(path), options: null, devices));
    }
    catch (LocalSlmException error)
    {
        Console.Error.WriteLine(error.Message);
        Environment.ExitCode = 1;
    }
}

static IEnumerable<IModelRuntime> MakeRuntimes() => [new GgufRuntime(), new OnnxModelRuntime()];
