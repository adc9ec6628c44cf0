using LocalSlm.Hosting.Registration.Values;
using LocalSlm.Onnx;
using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Registration;

/// <summary>Reads how ONNX Runtime is used.</summary>
internal static class OnnxReader
{
    /// <summary>Gets the names of the options; a test compares them with the properties.</summary>
    public static IReadOnlyList<string> OptionNames { get; } =
    [nameof(OnnxRuntimeOptions.AllowCustomOperators), nameof(OnnxRuntimeOptions.ProviderLibraries)];

    /// <summary>Reads the section.</summary>
    public static void Read(IConfigurationSection section, OnnxRuntimeOptions options, List<string> problems)
    {
        foreach (var entry in section.GetChildren())
        {
            if (SectionReader.Is(entry, nameof(options.AllowCustomOperators)))
            {
                SectionReader.Set(entry, text => options.AllowCustomOperators = TextValue.Boolean(text), problems);
            }
            else if (SectionReader.Is(entry, nameof(options.ProviderLibraries)))
            {
                foreach (var library in entry.GetChildren())
                {
                    options.ProviderLibraries[library.Key] = library.Value ?? "";
                }
            }
            else
            {
                problems.Add(SectionReader.Unknown(entry, OptionNames));
            }
        }
    }
}
