namespace LocalSlm.NativeProbe;

/// <summary>Probes the hardware from a process that starts itself again to ask.</summary>
internal static class Reporter
{
    public static async Task<int> RunAsync(string natives, string behaviour)
    {
        var own = ProbeChildProcess.ForThisProgram()!;
        var probe = new HardwareProbe(
            [new ProbedRuntime(natives, behaviour)],
            new HardwareProbeOptions
            {
                ChildProcess = new ProbeChildProcess
                {
                    FileName = own.FileName,
                    Arguments = [.. own.Arguments, natives, behaviour],
                    Timeout = behaviour == "hang" ? TimeSpan.FromSeconds(5) : own.Timeout,
                },
            }
        );
        Console.WriteLine(await probe.ProbeAsync());
        Console.WriteLine($"loaded here: {LoadedHere}");
        return 0;
    }

    private static bool LoadedHere =>
        File.Exists("/proc/self/maps")
        && File.ReadAllText("/proc/self/maps").Contains("libllama", StringComparison.Ordinal);
}
