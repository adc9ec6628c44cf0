using System.Text.Json;

namespace LocalSlm.Onnx.Format;

/// <summary>A value in a <see cref="JsonFile"/>, which knows where it stands. A key that is missing and one that is
/// <c>null</c> are the same.</summary>
internal readonly struct ConfigNode(string path, string key, JsonElement element)
{
    /// <summary>Gets the keys that lead here, such as <c>model.decoder</c>.</summary>
    public string Key => key;

    public JsonValueKind Kind => element.ValueKind;

    /// <summary>Gets an object's value, or <see langword="null"/>.</summary>
    public ConfigNode? Find(string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Fault("an object");
        }

        return element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? new ConfigNode(path, key.Length == 0 ? name : $"{key}.{name}", value)
            : null;
    }

    /// <summary>Gets an object in this one, or <see langword="null"/>.</summary>
    public ConfigNode? FindObject(string name) =>
        Find(name) is not { } node ? null
        : node.Kind == JsonValueKind.Object ? node
        : throw node.Fault("an object");

    /// <summary>Gets a text, or <see langword="null"/>.</summary>
    public string? FindText(string name) => Find(name)?.Text();

    /// <summary>Gets a truth value, or <see langword="null"/>.</summary>
    public bool? FindBool(string name) =>
        Find(name) is not { } node ? null
        : node.Kind is JsonValueKind.True or JsonValueKind.False ? node.Kind == JsonValueKind.True
        : throw node.Fault("true or false");

    /// <summary>Gets a whole number, or <see langword="null"/>.</summary>
    /// <exception cref="ModelFileException">It is no whole number, or outside the bounds.</exception>
    public int? FindInteger(string name, int least, int most) => Find(name)?.Integer(least, most);

    /// <summary>Gets a number, or <see langword="null"/> if there is none, or none inside the bounds.</summary>
    public double? FindNumber(string name, double least, double most) =>
        Find(name) is { Kind: JsonValueKind.Number } node
        && node.Number() is var number
        && number >= least
        && number <= most
            ? number
            : null;

    public string Text() => element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Fault("a text");

    public int Integer(int least, int most)
    {
        // Some tools write 1.0 for 1.
        var number = element.ValueKind == JsonValueKind.Number ? Number() : double.NaN;
        return number >= least && number <= most && Math.Floor(number) == number
            ? (int)number
            : throw Fault($"a whole number from {least} to {most}");
    }

    /// <summary>Gets a number; an infinite one where it is too large.</summary>
    public double Number() => element.TryGetDouble(out var number) ? number : double.NaN;

    /// <summary>Gets the entries of a list.</summary>
    public IEnumerable<ConfigNode> Entries()
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw Fault("a list");
        }

        var (file, name) = (path, key);
        return element.EnumerateArray().Select((entry, index) => new ConfigNode(file, $"{name}[{index}]", entry));
    }

    /// <summary>Gets the keys and values of an object; of a key that is there twice the last.</summary>
    public IEnumerable<KeyValuePair<string, ConfigNode>> Properties()
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Fault("an object");
        }

        var properties = new Dictionary<string, ConfigNode>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            properties[property.Name] = new ConfigNode(path, $"{key}.{property.Name}", property.Value);
        }

        return properties;
    }

    /// <summary>Gets the value as it stands in the file, for messages and for settings of any type.</summary>
    public string Raw() => element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();

    public ModelFileException Fault(string expected)
    {
        var raw = element.GetRawText();
        return new ModelFileException(
            path,
            $"'{(key.Length == 0 ? "the top" : key)}' is {(raw.Length > 100 ? raw[..100] + "…" : raw)}; it must be {expected}."
        );
    }
}
