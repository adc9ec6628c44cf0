using System.Text.RegularExpressions;

namespace LocalSlm.Hardware;

/// <summary>Addresses of PCI devices in one spelling: <c>0000:01:00.0</c>, domain, bus, device and function in lower-case hexadecimal
/// digits, as Linux writes them.</summary>
internal static partial class PciAddress
{
    /// <summary>Brings an address into the one spelling. CUDA writes eight digits of the domain; others leave it out.</summary>
    /// <returns>The address, or <see langword="null"/> if it is none.</returns>
    public static string? Normalise(string? text)
    {
        var match = Address.Match(text?.Trim() ?? string.Empty);
        if (!match.Success)
        {
            return null;
        }

        var domain = match.Groups["domain"].Value.TrimStart('0').PadLeft(4, '0');
        return $"{domain}:{match.Groups["rest"].Value}".ToLowerInvariant();
    }

    [GeneratedRegex(
        @"^((?<domain>[0-9a-f]{1,8}):)?(?<rest>[0-9a-f]{2}:[0-1][0-9a-f]\.[0-7])$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant
    )]
    private static partial Regex Address { get; }
}
