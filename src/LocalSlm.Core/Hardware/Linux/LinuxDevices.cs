using System.Globalization;

namespace LocalSlm.Hardware.Linux;

/// <summary>Finds graphics and neural processors in <c>/sys</c>: PCI devices by their class, whether a driver is bound or not, and what
/// drivers register under <c>class/drm</c> and <c>class/accel</c> (Linux, Documentation/ABI and Documentation/accel).</summary>
internal sealed class LinuxDevices(SystemFiles files)
{
    private const string PciFolder = "sys/bus/pci/devices";
    private const uint Intel = 0x8086;
    private const uint Virtio = 0x1AF4;

    /// <summary>Base classes of the PCI Code and ID Assignment Specification: display controllers, processing accelerators.</summary>
    private const uint DisplayClass = 0x03;
    private const uint AcceleratorClass = 0x12;

    /// <summary>Drivers that only show a picture which the processor has made.</summary>
    private static readonly HashSet<string> s_framebuffers =
    [
        "simple-framebuffer",
        "simpledrm",
        "ofdrm",
        "efidrm",
        "vesadrm",
        "vkms",
        "vgem",
        "faux_driver",
        "evdi",
        "udl",
        "gud",
    ];

    /// <summary>Drivers of PCI devices that have no engine to compute with: remote consoles of servers, displays of emulators.</summary>
    private static readonly HashSet<string> s_displays =
    [
        "ast",
        "mgag200",
        "hibmc-drm",
        "bochs-drm",
        "bochs",
        "cirrus",
        "cirrus-qemu",
        "qxl",
        "vboxvideo",
        "hyperv_drm",
    ];

    private readonly Dictionary<string, SystemDevice> _byFolder = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];

    public IReadOnlyList<SystemDevice> Read()
    {
        foreach (var address in files.List(PciFolder))
        {
            var folder = $"{PciFolder}/{address}";
            if (files.ReadHex($"{folder}/class") is not { } pciClass)
            {
                continue;
            }

            var kind = (pciClass >> 16) switch
            {
                DisplayClass => ComputeDeviceKind.Gpu,
                AcceleratorClass => ComputeDeviceKind.Npu,
                _ => (ComputeDeviceKind?)null,
            };
            if (kind is { } known)
            {
                Add(files.Resolve(folder) ?? folder, DescribePci(folder, PciAddress.Normalise(address), known));
            }
        }

        foreach (var card in files.List("sys/class/drm").Where(IsCard))
        {
            AddRegistered($"sys/class/drm/{card}/device", ComputeDeviceKind.Gpu);
        }

        foreach (var accelerator in files.List("sys/class/accel"))
        {
            AddRegistered($"sys/class/accel/{accelerator}/device", ComputeDeviceKind.Npu);
        }

        return [.. _order.Select(folder => _byFolder[folder])];
    }

    /// <summary>Reads again how much of a card's memory is free.</summary>
    public SystemDevice RefreshMemory(SystemDevice device) =>
        device with
        {
            FreeMemoryBytes = Math.Max(
                0,
                device.TotalMemoryBytes - ReadBytes($"{PciFolder}/{device.Address}/mem_info_vram_used")
            ),
        };

    /// <summary>A card is <c>card0</c>; <c>card0-HDMI-A-1</c> is one of its sockets.</summary>
    private static bool IsCard(string name) =>
        name.StartsWith("card", StringComparison.Ordinal)
        && name.Length > 4
        && name.AsSpan(4).IndexOfAnyExceptInRange('0', '9') < 0;

    private void Add(string folder, SystemDevice device)
    {
        if (_byFolder.TryAdd(folder, device))
        {
            _order.Add(folder);
        }
    }

    /// <summary>Adds what a driver registered, unless the PCI list has it. Its device may be a child of the PCI device (virtio).</summary>
    private void AddRegistered(string link, ComputeDeviceKind kind)
    {
        if (files.Resolve(link) is not { } folder)
        {
            return;
        }

        var address = folder
            .Split('/')
            .Reverse()
            .Select(PciAddress.Normalise)
            .FirstOrDefault(static one => one is not null);
        if (address is not null)
        {
            var pci = $"{PciFolder}/{address}";
            var known = files.Resolve(pci) ?? pci;
            if (!_byFolder.ContainsKey(known) && files.ReadHex($"{pci}/vendor") is not null)
            {
                // Registered, but of another class: AMD's neural processors call themselves signal processors.
                Add(known, DescribePci(pci, address, kind));
            }

            return;
        }

        var events = ReadEvents(link);
        var driver = events.GetValueOrDefault("DRIVER");
        if (driver is null || s_framebuffers.Contains(driver))
        {
            return;
        }

        // A part of a system on a chip: it computes in main memory, and has no numbers.
        Add(
            folder,
            new SystemDevice
            {
                Kind = kind == ComputeDeviceKind.Gpu ? ComputeDeviceKind.IntegratedGpu : kind,
                Name = events.GetValueOrDefault("OF_COMPATIBLE_0") is { } compatible ? compatible : driver,
                Driver = driver,
                DriverVersion = ReadDriverVersion(driver),
            }
        );
    }

    private SystemDevice DescribePci(string folder, string? address, ComputeDeviceKind kind)
    {
        var events = ReadEvents(folder);
        var vendor = files.ReadHex($"{folder}/vendor");
        var driver = events.GetValueOrDefault("DRIVER") ?? DriverByLink(folder);
        // Intel puts its integrated graphics on the root bus, as device 2; cards are behind a bridge.
        var isIntegrated =
            kind == ComputeDeviceKind.Gpu
            && vendor == Intel
            && address?.EndsWith(":00:02.0", StringComparison.Ordinal) == true;
        var total = ReadBytes($"{folder}/mem_info_vram_total");
        var used = ReadBytes($"{folder}/mem_info_vram_used");
        return new SystemDevice
        {
            Kind = isIntegrated ? ComputeDeviceKind.IntegratedGpu : kind,
            VendorId = vendor,
            DeviceId = files.ReadHex($"{folder}/device"),
            Address = address,
            Driver = driver,
            DriverVersion = driver is null ? null : ReadDriverVersion(driver),
            TotalMemoryBytes = total,
            FreeMemoryBytes = Math.Max(0, total - used),
            Problem = FindProblem(folder, vendor, driver),
        };
    }

    private string? FindProblem(string folder, uint? vendor, string? driver)
    {
        if (driver is not null && s_displays.Contains(driver))
        {
            return $"It is a display without an engine to compute with (driver {driver}).";
        }

        return vendor == Virtio && !OffersVirtio3D(folder)
            ? "It is a virtual display without 3D: the host does not lend its graphics processor to this machine. Give the machine a GPU "
                + "(pass-through, or virtio with Venus), or compute on the processor."
            : null;
    }

    /// <summary>Feature bit 0 of a virtio GPU says that the host offers 3D (Virtual I/O Device Version 1.3, 5.7.3).</summary>
    private bool OffersVirtio3D(string folder)
    {
        var child = files
            .List(folder)
            .FirstOrDefault(static name => name.StartsWith("virtio", StringComparison.Ordinal));
        return child is not null && files.Read($"{folder}/{child}/features")?.StartsWith('1') == true;
    }

    private string? DriverByLink(string folder) =>
        files.Resolve($"{folder}/driver") is { } driver ? Path.GetFileName(driver) : null;

    private string? ReadDriverVersion(string driver)
    {
        var name = driver.Replace('-', '_');
        return driver.Contains('/') || files.Read($"sys/module/{name}/version") is not { Length: > 0 } version
            ? null
            : version;
    }

    private Dictionary<string, string> ReadEvents(string folder)
    {
        var events = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in (files.Read($"{folder}/uevent") ?? string.Empty).Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                events[line[..equals]] = line[(equals + 1)..].Trim();
            }
        }

        return events;
    }

    private long ReadBytes(string path) =>
        long.TryParse(files.Read(path), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0;
}
