using System.Globalization;
using System.Text.RegularExpressions;

namespace LocalSlm.Gguf.Interop;

/// <summary>What llama.cpp says about its buffers while a model is loaded. Its C interface does not tell them, its log does
/// (<c>llama-model.cpp</c>, <c>llama-kv-cache.cpp</c>, <c>llama-memory-recurrent.cpp</c>, <c>llama-context.cpp</c>, v0.4.0), in hundredths of
/// a MiB. Fed from the loading thread.</summary>
internal sealed partial class NativeMemoryReport
{
    private readonly Dictionary<string, (long Weights, long Cache, long Output, long Compute)> _buffers = new(
        StringComparer.Ordinal
    );

    /// <summary>Gets how many layers the library says that it gave to devices; <see langword="null"/> if it said nothing.</summary>
    public int? OffloadedLayers { get; private set; }

    /// <summary>Gets a value indicating whether no buffer was told.</summary>
    public bool IsEmpty => _buffers.Count == 0;

    /// <summary>Reads one line.</summary>
    public void Read(string line)
    {
        // Few of some hundred lines are of these: the rest is not worth an expression.
        if (
            line.Contains("buffer size", StringComparison.Ordinal)
            && BufferSize().Match(line) is { Success: true } buffer
        )
        {
            var name = buffer.Groups["name"].Value;
            var bytes = (long)(
                double.Parse(buffer.Groups["size"].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture)
                * (1 << 20)
            );
            var sum = _buffers.GetValueOrDefault(name);
            _buffers[name] = buffer.Groups["kind"].Value switch
            {
                "model" => sum with { Weights = sum.Weights + bytes },

                // Told again whenever they are reserved again.
                "compute" => sum with { Compute = bytes },
                "output" => sum with { Output = bytes },
                "LoRA" => sum,
                _ => sum with { Cache = sum.Cache + bytes },
            };
        }
        else if (
            line.Contains("offloaded", StringComparison.Ordinal)
            && Offloaded().Match(line) is { Success: true } offloaded
        )
        {
            OffloadedLayers = int.Parse(offloaded.Groups["layers"].ValueSpan, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Adds the buffers up by device.</summary>
    /// <param name="devices">The devices beside the CPU that were given to the library. Buffers of main memory that are pinned for one of
    /// them, such as <c>Vulkan_Host</c>, are main memory.</param>
    /// <returns>The memory of each device that holds something; main memory last.</returns>
    public IReadOnlyList<DeviceMemory> ByDevice(IReadOnlyList<string> devices)
    {
        var parts = new DeviceMemory[devices.Count + 1];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = new DeviceMemory(i < devices.Count ? devices[i] : DeviceMemory.Host, 0, 0, 0);
        }

        foreach (var (name, sum) in _buffers)
        {
            var at = 0;
            while (at < devices.Count && !IsOf(name, devices[at]))
            {
                at++;
            }

            var part = parts[at];
            parts[at] = part with
            {
                WeightBytes = part.WeightBytes + sum.Weights,
                KvCacheBytes = part.KvCacheBytes + sum.Cache,
                ComputeBytes = part.ComputeBytes + sum.Compute + sum.Output,
            };
        }

        return [.. parts.Where(static (part, i) => part.TotalBytes > 0 || part.Device == DeviceMemory.Host)];
    }

    /// <summary>A device's buffers are called after it; mapped ones (<c>MTL0_Mapped</c>) have a tail.</summary>
    private static bool IsOf(string buffer, string device) =>
        buffer.StartsWith(device, StringComparison.Ordinal)
        && (buffer.Length == device.Length || buffer[device.Length] == '_')
        && !buffer.EndsWith("_Host", StringComparison.Ordinal);

    [GeneratedRegex(
        @": +(?<name>\S+) +(?<kind>\S.*?) buffer size = +(?<size>[0-9]+(\.[0-9]+)?) MiB",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking
    )]
    private static partial Regex BufferSize();

    [GeneratedRegex(
        @"offloaded (?<layers>[0-9]{1,6})/[0-9]+ layers to GPU",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking
    )]
    private static partial Regex Offloaded();
}
