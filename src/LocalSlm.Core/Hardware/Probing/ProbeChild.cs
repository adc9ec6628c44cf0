namespace LocalSlm.Hardware.Probing;

/// <summary>The side of the process that is started to ask one runtime.</summary>
internal static class ProbeChild
{
    /// <summary>The first of the arguments that a probe adds; the runtime's name and the file to write follow.</summary>
    public const string Argument = "--localslm-list-devices";

    /// <summary>Set in such processes: a program that does not look for the argument must not start processes of its own in turn.</summary>
    public const string EnvironmentVariable = "LOCALSLM_PROBE_CHILD";

    /// <summary>Gets a value indicating whether this process was started by a probe.</summary>
    public static bool IsThisProcess => Environment.GetEnvironmentVariable(EnvironmentVariable) == "1";

    /// <summary>Finds what the process is asked for.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <returns>The runtime's name and the file; or <see langword="null"/> if it was started for something else.</returns>
    public static (string Runtime, string File)? Parse(IReadOnlyList<string> args) =>
        args.Count >= 3 && args[^3] == Argument ? (args[^2], args[^1]) : null;

    /// <summary>Asks the runtime and writes the answer. A file rather than standard output: native libraries print there.</summary>
    public static void Run(IEnumerable<IModelRuntime> runtimes, string name, string file)
    {
        var runtime = runtimes.FirstOrDefault(one => one.Name == name);
        var report = runtime is null
            ? new RuntimeReport(
                name,
                null,
                [],
                $"The program that was started to ask it has no runtime of this name: pass it to {nameof(HardwareProbe)}.{nameof(HardwareProbe.TryRunAsChild)}."
            )
            : RuntimeSurvey.Ask(runtime);

        // Whole or not at all, should a library end the process meanwhile.
        var part = file + ".part";
        File.WriteAllBytes(part, RuntimeReportJson.Write(report));
        File.Move(part, file);
    }
}
