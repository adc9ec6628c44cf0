namespace LocalSlm.Tests.Hardware.Linux;

/// <summary>A folder with files and links as <c>/sys</c> and <c>/proc</c> have them.</summary>
internal sealed class RecordedTree : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("localslm-sys-").FullName;

    public RecordedTree Write(string path, string text)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return this;
    }

    /// <summary>Makes a relative link, as Linux does.</summary>
    public RecordedTree Link(string path, string target)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.CreateSymbolicLink(full, Path.GetRelativePath(Path.GetDirectoryName(full)!, Path.Combine(Root, target)));
        return this;
    }

    /// <summary>Adds a PCI device.</summary>
    /// <param name="folder">Its folder below <c>sys/devices</c>; the last part is its address.</param>
    public RecordedTree Pci(string folder, string pciClass, string vendor, string device, string? driver)
    {
        var address = Path.GetFileName(folder);
        var full = $"sys/devices/{folder}";
        Write($"{full}/class", $"0x{pciClass}\n");
        Write($"{full}/vendor", $"0x{vendor}\n");
        Write($"{full}/device", $"0x{device}\n");
        var driverLine = driver is null ? "" : $"DRIVER={driver}\n";
        Write(
            $"{full}/uevent",
            $"{driverLine}PCI_CLASS={pciClass.TrimStart('0').ToUpperInvariant()}\nPCI_ID={vendor.ToUpperInvariant()}:{device.ToUpperInvariant()}\nPCI_SLOT_NAME={address}\n"
        );
        return Link($"sys/bus/pci/devices/{address}", full);
    }

    /// <summary>Registers a device of the class <c>drm</c> or <c>accel</c>.</summary>
    public RecordedTree Register(string deviceClass, string name, string folder)
    {
        var full = $"sys/devices/{folder}/{deviceClass}/{name}";
        Link($"{full}/device", $"sys/devices/{folder}");
        return Link($"sys/class/{deviceClass}/{name}", full);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
