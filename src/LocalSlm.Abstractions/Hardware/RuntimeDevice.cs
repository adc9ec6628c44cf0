namespace LocalSlm;

/// <summary>A device as one runtime sees it.</summary>
/// <param name="Runtime">The runtime, such as <c>llama.cpp</c>.</param>
/// <param name="Device">The device in its words.</param>
public sealed record RuntimeDevice(string Runtime, ComputeDevice Device)
{
    /// <summary>Gives the runtime, its name for the device, and the device's own.</summary>
    /// <returns>One line.</returns>
    public override string ToString()
    {
        var words = Device.Name == Device.Description ? Device.Name : $"{Device.Name} ({Device.Description})";
        return Device.TotalMemoryBytes > 0
            ? $"{Runtime}: {words}, {HardwareTable.Bytes(Device.TotalMemoryBytes)}, {HardwareTable.Bytes(Device.FreeMemoryBytes)} free"
            : $"{Runtime}: {words}";
    }
}
