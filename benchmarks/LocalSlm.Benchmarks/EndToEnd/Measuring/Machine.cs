using System.Globalization;
using System.Runtime.InteropServices;
using LocalSlm.Gguf.Interop;

namespace LocalSlm.Benchmarks.EndToEnd.Measuring;

/// <summary>Says what the figures were measured on.</summary>
internal static class Machine
{
    /// <summary>Gets how many threads the benchmarks compute with: all cores, as the default does on machines without
    /// simultaneous multithreading.</summary>
    public static int Threads => Environment.ProcessorCount;

    public static string Describe() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{ProcessorName()}, {Environment.ProcessorCount} cores · {RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture} · {RuntimeInformation.FrameworkDescription} · llama.cpp {NativeRuntime.EnsureLoaded(null).Version}"
        );

    private static string ProcessorName()
    {
        if (File.Exists("/proc/cpuinfo"))
        {
            foreach (var line in File.ReadLines("/proc/cpuinfo"))
            {
                if (line.StartsWith("model name", StringComparison.Ordinal))
                {
                    return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
                }
            }
        }

        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
