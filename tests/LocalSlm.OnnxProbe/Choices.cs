using System.Globalization;
using LocalSlm.Onnx;

namespace LocalSlm.OnnxProbe;

/// <summary>What the command line chooses.</summary>
internal sealed class Choices
{
    public ModelLoadOptions Load { get; } = new() { Threads = 1 };

    public OnnxRuntimeOptions Runtime { get; } = new();

    public int[] Prompt { get; private set; } = [400, 428, 376];

    public int Tokens { get; private set; } = 8;

    public static Choices Read(string[] words)
    {
        var choices = new Choices();
        foreach (var word in words)
        {
            var parts = word.Split('=', 3);
            switch (parts[0])
            {
                case "library":
                    choices.Runtime.ProviderLibraries[parts[1]] = parts[2];
                    break;
                case "device":
                    choices.Load.Devices.Add(DeviceSelector.Parse(parts[1]));
                    break;
                case "option":
                    var last = choices.Load.Devices[^1];
                    choices.Load.Devices[^1] = new DeviceSelector
                    {
                        Kind = last.Kind,
                        Provider = last.Provider,
                        Index = last.Index,
                        Name = last.Name,
                        ProviderOptions = new Dictionary<string, string>(last.ProviderOptions)
                        {
                            [parts[1]] = parts[2],
                        },
                    };
                    break;
                case "prompt":
                    choices.Prompt =
                    [
                        .. parts[1].Split(',').Select(static id => int.Parse(id, CultureInfo.InvariantCulture)),
                    ];
                    break;
                case "tokens":
                    choices.Tokens = int.Parse(parts[1], CultureInfo.InvariantCulture);
                    break;
                default:
                    throw new ArgumentException($"Unknown choice: {word}");
            }
        }

        return choices;
    }
}
