using System.Text;
using System.Text.RegularExpressions;

namespace LocalSlm.Hardware.Merging;

/// <summary>Compares what drivers and runtimes call a device, and recognises programs that imitate one.</summary>
internal static partial class DeviceNames
{
    /// <summary>Vulkan drivers that compute on the processor: Mesa's lavapipe calls its device llvmpipe; Google's; Windows' WARP.</summary>
    private static readonly string[] s_software =
    [
        "llvmpipe",
        "lavapipe",
        "softpipe",
        "SwiftShader",
        "Microsoft Basic Render",
    ];

    private static readonly HashSet<string> s_fillers =
    [
        "r",
        "tm",
        "c",
        "corporation",
        "corp",
        "inc",
        "co",
        "ltd",
        "graphics",
        "gpu",
        "npu",
        "device",
        "series",
    ];

    /// <summary>Tells whether a device is a program on the processor.</summary>
    public static bool IsSoftware(string name) =>
        s_software.Any(one => name.Contains(one, StringComparison.OrdinalIgnoreCase));

    /// <summary>Tells whether words name a device, and do not only count its numbers up.</summary>
    public static bool IsProper(string words) =>
        words.Length > 0 && !words.Contains("0x", StringComparison.OrdinalIgnoreCase) && Normalise(words).Length > 0;

    /// <summary>Brings a name into a form in which spellings of one device are alike: without what stands in parentheses, such as a
    /// driver's version, without trademarks and words that many names have.</summary>
    public static string Normalise(string name)
    {
        var text = new StringBuilder();
        foreach (var word in Words.Split(Parentheses.Replace(name, " ")))
        {
            var lower = word.ToLowerInvariant();
            if (lower.Length > 0 && !s_fillers.Contains(lower))
            {
                text.Append(text.Length > 0 ? " " : null).Append(lower);
            }
        }

        return text.ToString();
    }

    [GeneratedRegex(@"\([^()]*\)", RegexOptions.CultureInvariant)]
    private static partial Regex Parentheses { get; }

    [GeneratedRegex(@"[^\p{L}\p{Nd}]+", RegexOptions.CultureInvariant)]
    private static partial Regex Words { get; }
}
