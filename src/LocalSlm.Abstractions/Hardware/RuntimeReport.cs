namespace LocalSlm;

/// <summary>A runtime as a probe found it.</summary>
/// <param name="Name">The runtime, such as <c>ONNX Runtime</c>.</param>
/// <param name="Version">The version of its native library; <see langword="null"/> if it could not be asked.</param>
/// <param name="Devices">What it lists, the processor included; without virtual devices.</param>
/// <param name="Problem">Why it could not be asked, with what to do; <see langword="null"/> if it could.</param>
public sealed record RuntimeReport(
    string Name,
    string? Version,
    IReadOnlyList<ComputeDevice> Devices,
    string? Problem = null
)
{
    /// <summary>Gets what else there is to know, such as virtual devices that it lists, or how it was asked; empty for nothing.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Gives name, version and the names of its devices, or why it could not be asked.</summary>
    /// <returns>One line.</returns>
    public override string ToString()
    {
        var name = Version is null ? Name : $"{Name} {Version}";
        return Problem is { } problem
            ? $"{name}: {HardwareTable.OneLine(problem)}"
            : $"{name}: {string.Join(", ", Devices.Select(Describe))}";
    }

    private static string Describe(ComputeDevice device) =>
        device.Problem is null ? device.Name : $"{device.Name} (not used)";
}
