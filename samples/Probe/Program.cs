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
Console.WriteLine(await probe.ProbeAsync());

// Where a model would go, from its files alone: dotnet run --project samples/Probe -- path/to/model.gguf
if (args is [var path])
{
    var runtime = MakeRuntimes().FirstOrDefault(one => one.Recognises(path));
    Console.WriteLine(runtime is null ? $"No runtime recognises '{path}'." : ModelPlanner.Plan(runtime, path));
}

static IEnumerable<IModelRuntime> MakeRuntimes() => [new GgufRuntime(), new OnnxModelRuntime()];
