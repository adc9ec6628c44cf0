using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace LocalSlm;

/// <summary>Names devices that a model may be computed on: by kind, by execution provider, or both. Immutable.</summary>
/// <remarks>As text, for configuration: a kind (<c>npu</c>, <c>gpu</c>, <c>igpu</c>, <c>cpu</c>) or an execution provider
/// (<c>WebGpuExecutionProvider</c>), or both as <c>gpu/WebGpuExecutionProvider</c>; then, if several devices fit, <c>:</c> and the
/// number of one, from 0, or a part of its description: <c>gpu:1</c>, <c>gpu:Radeon</c>, <c>CUDAExecutionProvider:0</c>; or, for a vendor,
/// <c>gpu:vendor=intel</c>. Provider options have no text form.</remarks>
public sealed class DeviceSelector : IParsable<DeviceSelector>
{
    private const string VendorPrefix = "vendor=";

    /// <summary>The execution provider that every build of ONNX Runtime has.</summary>
    private const string CpuProvider = "CPUExecutionProvider";

    private static readonly (string Word, ComputeDeviceKind Kind)[] s_kinds =
    [
        ("npu", ComputeDeviceKind.Npu),
        ("gpu", ComputeDeviceKind.Gpu),
        ("igpu", ComputeDeviceKind.IntegratedGpu),
        ("cpu", ComputeDeviceKind.Cpu),
    ];

    /// <summary>Gets the processor, without an accelerator.</summary>
    public static DeviceSelector Cpu { get; } = new() { Kind = ComputeDeviceKind.Cpu };

    /// <summary>Gets any graphics processor, those with memory of their own first.</summary>
    public static DeviceSelector Gpu { get; } = new() { Kind = ComputeDeviceKind.Gpu };

    /// <summary>Gets any neural processor.</summary>
    public static DeviceSelector Npu { get; } = new() { Kind = ComputeDeviceKind.Npu };

    /// <summary>Gets the kind of device.</summary>
    /// <value><see cref="ComputeDeviceKind.Gpu"/> covers integrated ones as well. <see langword="null"/> (default): any kind;
    /// <see cref="Provider"/> must be named then.</value>
    public ComputeDeviceKind? Kind { get; init; }

    /// <summary>Gets the execution provider, such as <c>CUDAExecutionProvider</c>; of ONNX Runtime alone.</summary>
    /// <value><see langword="null"/> (default): any.</value>
    public string? Provider { get; init; }

    /// <summary>Gets which one of the devices that fit, in the order of the runtime's list.</summary>
    /// <value>0 or more. <see langword="null"/> (default): each of them, in order, until one serves.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int? Index
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value ?? 0, nameof(value));
            field = value;
        }
    }

    /// <summary>Gets a part of the device's name or description, in any case.</summary>
    /// <value><see langword="null"/> (default): any.</value>
    public string? Name { get; init; }

    /// <summary>Gets the vendor, such as <c>Intel</c>, in any case; a part of the device's description, or of a known vendor's
    /// name.</summary>
    /// <value><see langword="null"/> (default): any.</value>
    public string? Vendor { get; init; }

    /// <summary>Gets options for the execution provider, in its own words; of ONNX Runtime alone. Some providers accept unknown ones
    /// in silence.</summary>
    public IReadOnlyDictionary<string, string> ProviderOptions { get; init; } = new Dictionary<string, string>();

    /// <summary>Makes the selector that names one device of a runtime's list, and no other.</summary>
    /// <param name="device">The device.</param>
    /// <returns>The selector.</returns>
    public static DeviceSelector Of(ComputeDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return new DeviceSelector
        {
            Kind = device.Kind,
            Provider = device.Provider,
            Name = device.Name,
        };
    }

    /// <summary>Tells whether a device fits, whatever <see cref="Index"/> says.</summary>
    /// <param name="device">The device.</param>
    /// <returns><see langword="true"/> if kind, provider, vendor and name fit, as far as they are given.</returns>
    public bool Matches(ComputeDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return FitsKind(device)
            && (Provider is null || Provider.Equals(device.Provider, StringComparison.OrdinalIgnoreCase))
            && (Vendor is not { } vendor || IsOfVendor(device, vendor))
            && (
                Name is not { } name
                || device.Name.Contains(name, StringComparison.OrdinalIgnoreCase)
                || device.Description.Contains(name, StringComparison.OrdinalIgnoreCase)
            );
    }

    /// <summary>Finds the devices that are meant.</summary>
    /// <param name="devices">A runtime's list.</param>
    /// <returns>Those that fit, best first: graphics processors with memory of their own before others. Where one is named exactly, or
    /// <see cref="Index"/> is set, that one alone.</returns>
    public IReadOnlyList<ComputeDevice> Select(IEnumerable<ComputeDevice> devices)
    {
        ArgumentNullException.ThrowIfNull(devices);
        List<ComputeDevice> matches =
        [
            .. devices.Where(Matches).OrderBy(static device => device.Kind == ComputeDeviceKind.IntegratedGpu ? 1 : 0),
        ];
        if (
            Name is { } name
            && matches.Where(device => device.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList()
                is { Count: > 0 } exact
        )
        {
            matches = exact;
        }

        return Index is not { } index ? matches
            : index < matches.Count ? [matches[index]]
            : [];
    }

    /// <summary>Reads the text form.</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">Not used.</param>
    /// <returns>The selector.</returns>
    /// <exception cref="FormatException">It is none.</exception>
    public static DeviceSelector Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var selector)
            ? selector
            : throw new FormatException(
                $"'{s}' names no device. Wanted is npu, gpu, igpu, cpu or the name of an execution provider, then, if one of several is "
                    + "meant, ':' and its number or a part of its name, such as gpu:1."
            );

    /// <inheritdoc/>
    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [NotNullWhen(true)] out DeviceSelector? result
    )
    {
        result = null;
        var text = (s ?? string.Empty).Trim();
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var what = (colon < 0 ? text : text[..colon]).Trim();
        var which = colon < 0 ? null : text[(colon + 1)..].Trim();
        if (what.Length == 0 || which?.Length == 0)
        {
            return false;
        }

        ComputeDeviceKind? kind = null;
        string? executionProvider = null;
        foreach (var part in what.Split('/', StringSplitOptions.TrimEntries))
        {
            if (kind is null && executionProvider is null && KindOf(part) is { } named)
            {
                kind = named;
            }
            else if (executionProvider is null && IsProviderName(part))
            {
                executionProvider = part;
            }
            else
            {
                return false;
            }
        }

        int? index = int.TryParse(which, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
        var vendor =
            which?.StartsWith(VendorPrefix, StringComparison.OrdinalIgnoreCase) == true
                ? which[VendorPrefix.Length..].Trim()
                : null;
        if (vendor?.Length == 0)
        {
            return false;
        }

        result = new DeviceSelector
        {
            Kind = kind,
            Provider = executionProvider,
            Index = index,
            Name = index is null && vendor is null ? which : null,
            Vendor = vendor,
        };
        return true;
    }

    /// <summary>Gives the text form, without provider options.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (Kind is { } kind)
        {
            text.Append(Array.Find(s_kinds, pair => pair.Kind == kind).Word);
        }

        if (Provider is not null)
        {
            text.Append(text.Length > 0 ? "/" : null).Append(Provider);
        }

        if (text.Length == 0)
        {
            text.Append("any");
        }

        if (Index is { } index)
        {
            text.Append(CultureInfo.InvariantCulture, $":{index}");
        }
        else if (Name is not null)
        {
            text.Append(':').Append(Name);
        }
        else if (Vendor is not null)
        {
            text.Append(':').Append(VendorPrefix).Append(Vendor);
        }

        return text.ToString();
    }

    private static ComputeDeviceKind? KindOf(string text)
    {
        foreach (var (word, kind) in s_kinds)
        {
            if (text.Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                return kind;
            }
        }

        return null;
    }

    private bool FitsKind(ComputeDevice device) =>
        Kind switch
        {
            null => true,
            // Other providers run on the processor too, or on a simulation there: those are chosen by name alone.
            ComputeDeviceKind.Cpu => device.Kind == ComputeDeviceKind.Cpu
                && (Provider is not null || device.Provider is null or CpuProvider),
            ComputeDeviceKind.Gpu => device.Kind is ComputeDeviceKind.Gpu or ComputeDeviceKind.IntegratedGpu,
            { } kind => device.Kind == kind,
        };

    private static bool IsOfVendor(ComputeDevice device, string vendor) =>
        device.Description.Contains(vendor, StringComparison.OrdinalIgnoreCase)
        || (
            device.VendorId is { } id
            && HardwareVendors.NameOf(id) is { } name
            && name.Contains(vendor, StringComparison.OrdinalIgnoreCase)
        );

    /// <summary>Providers call themselves <c>…ExecutionProvider</c>; a plug-in may be called as it likes, but an ordinary word is more
    /// likely a mistake.</summary>
    private static bool IsProviderName(string text) =>
        text.EndsWith("ExecutionProvider", StringComparison.OrdinalIgnoreCase);
}
