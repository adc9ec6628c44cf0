using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace LocalSlm.Hardware;

/// <summary>Reads <c>/proc/stat</c> (proc_stat(5)), for the processors that this process may use.</summary>
internal sealed class LinuxProcessorUsage : IProcessorUsage
{
    /// <summary>The unit of <c>/proc/stat</c>: <c>USER_HZ</c>, 100 on every architecture that .NET runs on.</summary>
    private static readonly long s_tick = TimeSpan.TicksPerSecond / 100;

    private readonly SafeFileHandle _file;
    private readonly bool[] _counted;
    private readonly byte[] _buffer;

    private LinuxProcessorUsage(SafeFileHandle file, IReadOnlyList<int> processors)
    {
        _file = file;
        _counted = new bool[processors[^1] + 1];
        foreach (var processor in processors)
        {
            _counted[processor] = true;
        }

        // The lines of the processors come first; each is ten numbers, of at most 20 digits in theory and 10 in practice.
        _buffer = new byte[(_counted.Length + 2) * 160];
        ProcessorCount = processors.Count;
    }

    public int ProcessorCount { get; }

    /// <summary>Opens the file; <see langword="null"/> where it cannot be read.</summary>
    public static LinuxProcessorUsage? TryOpen(IReadOnlyList<int> processors)
    {
        try
        {
            return new LinuxProcessorUsage(File.OpenHandle("/proc/stat"), processors);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public bool TryRead(out TimeSpan all, out TimeSpan own)
    {
        own = Environment.CpuUsage.TotalTime;
        try
        {
            var length = RandomAccess.Read(_file, _buffer, fileOffset: 0);
            all = TimeSpan.FromTicks(SumBusy(_buffer.AsSpan(0, length), _counted) * s_tick);
            return length > 0;
        }
        catch (IOException)
        {
            all = default;
            return false;
        }
    }

    /// <summary>Adds up the busy time of processors: user, nice, system, irq and softirq; not idle, iowait, steal (which is not
    /// ours to use) or guest (which user holds already).</summary>
    /// <param name="text">The start of <c>/proc/stat</c>.</param>
    /// <param name="counted">Which processors count.</param>
    /// <returns>Ticks of 10 ms.</returns>
    public static long SumBusy(ReadOnlySpan<byte> text, ReadOnlySpan<bool> counted)
    {
        long busy = 0;
        while (text.StartsWith("cpu"u8))
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            line = line[3..];

            // The line without a number is the sum over all processors.
            if (
                !Utf8Parser.TryParse(line, out int processor, out var digits)
                || digits == 0
                || line[0] == (byte)' '
                || (uint)processor >= (uint)counted.Length
                || !counted[processor]
            )
            {
                continue;
            }

            line = line[digits..];
            for (var field = 0; field < 7; field++)
            {
                line = line.TrimStart((byte)' ');
                if (!Utf8Parser.TryParse(line, out long ticks, out digits))
                {
                    break;
                }

                const int Idle = 3;
                const int IoWait = 4;
                busy += field is Idle or IoWait ? 0 : ticks;
                line = line[digits..];
            }
        }

        return busy;
    }

    public void Dispose() => _file.Dispose();
}
