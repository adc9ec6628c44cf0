using LocalSlm.Onnx;
using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Registration;

/// <summary>Reads what configuration says about devices and about ONNX Runtime.</summary>
internal static class RuntimeReader
{
    private const string Device = "Device";
    private const string Options = "Options";

    /// <summary>Reads devices: a text with commas, or a list whose entries are texts, or sections with <c>Device</c> and the
    /// execution provider's <c>Options</c>.</summary>
    public static void ReadDevices(IConfigurationSection section, ModelLoadOptions load, List<string> problems)
    {
        load.Devices.Clear();
        foreach (var text in (section.Value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            Add(section, text, null, load, problems);
        }

        foreach (var entry in section.GetChildren())
        {
            foreach (var child in entry.GetChildren().Where(static child => !Is(child, Device) && !Is(child, Options)))
            {
                problems.Add($"{child.Path} is unknown. Known are: {Device}, {Options}.");
            }

            Add(entry, entry.Value ?? entry[Device] ?? "", entry.GetSection(Options), load, problems);
        }
    }

    /// <summary>Reads the options of ONNX Runtime.</summary>
    public static void ReadOnnx(IConfigurationSection section, OnnxRuntimeOptions options, List<string> problems)
    {
        foreach (var entry in section.GetChildren())
        {
            if (Is(entry, nameof(options.AllowCustomOperators)))
            {
                if (bool.TryParse(entry.Value, out var allows))
                {
                    options.AllowCustomOperators = allows;
                }
                else
                {
                    problems.Add($"{entry.Path} is '{entry.Value}'. true or false is wanted.");
                }
            }
            else if (Is(entry, nameof(options.ProviderLibraries)))
            {
                foreach (var library in entry.GetChildren())
                {
                    options.ProviderLibraries[library.Key] = library.Value ?? "";
                }
            }
            else
            {
                problems.Add(
                    $"{entry.Path} is unknown. Known are: {nameof(options.AllowCustomOperators)}, {nameof(options.ProviderLibraries)}."
                );
            }
        }
    }

    private static void Add(
        IConfigurationSection entry,
        string text,
        IConfigurationSection? options,
        ModelLoadOptions load,
        List<string> problems
    )
    {
        DeviceSelector selector;
        try
        {
            selector = DeviceSelector.Parse(text);
        }
        catch (FormatException error)
        {
            problems.Add($"{entry.Path}: {error.Message}");
            return;
        }

        load.Devices.Add(
            options is null || !options.Exists()
                ? selector
                : new DeviceSelector
                {
                    Kind = selector.Kind,
                    Provider = selector.Provider,
                    Index = selector.Index,
                    Name = selector.Name,
                    ProviderOptions = options
                        .GetChildren()
                        .ToDictionary(static option => option.Key, static option => option.Value ?? ""),
                }
        );
    }

    private static bool Is(IConfigurationSection entry, string name) =>
        string.Equals(entry.Key, name, StringComparison.OrdinalIgnoreCase);
}
