namespace LocalSlm.Hardware;

/// <summary>What the operating system tells about the machine. No method throws: what cannot be read is added to the problems.</summary>
internal interface ISystemView
{
    /// <summary>Reads the processor.</summary>
    /// <param name="problems">Gets a line for each thing that could not be read.</param>
    ProcessorInfo ReadProcessor(ICollection<string> problems);

    /// <summary>Reads the memory; cheap enough for every call.</summary>
    /// <param name="problems">Gets a line for each thing that could not be read.</param>
    MemoryInfo ReadMemory(ICollection<string> problems);

    /// <summary>Reads graphics and neural processors.</summary>
    /// <param name="problems">Gets a line for each thing that could not be read.</param>
    IReadOnlyList<SystemDevice> ReadDevices(ICollection<string> problems);

    /// <summary>Reads again how much of a device's memory is free, where that costs nothing.</summary>
    /// <param name="device">The device as it was read.</param>
    SystemDevice RefreshMemory(SystemDevice device) => device;
}
