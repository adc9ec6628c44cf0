using System.Text.Json;

namespace LocalSlm.Loading;

/// <summary>What the file of a load that is under way says.</summary>
/// <param name="Key">What is loaded where.</param>
/// <param name="Process">Who loads it.</param>
/// <param name="Time">Since when.</param>
internal sealed record CrashMarker(LoadKey Key, ProcessIdentity Process, DateTimeOffset Time)
{
    private const int Version = 1;

    /// <summary>Writes it as JSON.</summary>
    public void Write(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteString("model", Key.Model.Path);
        json.WriteNumber("bytes", Key.Model.Bytes);
        json.WriteNumber("modified", Key.Model.ModifiedTicks);
        json.WriteString("runtime", Key.Runtime);
        json.WriteString("device", Key.Device);
        json.WriteString("driver", Key.Driver);
        json.WriteString("machine", Process.Machine);
        json.WriteString("space", Process.Space);
        json.WriteNumber("process", Process.Id);
        json.WriteString("started", Process.Start);
        json.WriteString("time", Time);
        json.WriteEndObject();
    }

    /// <summary>Reads one.</summary>
    /// <returns><see langword="null"/> if it is none, or of another version.</returns>
    public static CrashMarker? Read(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            return root.GetProperty("version").GetInt32() == Version
                ? new CrashMarker(
                    new LoadKey(
                        new ModelIdentity(
                            root.GetProperty("model").GetString()!,
                            root.GetProperty("bytes").GetInt64(),
                            root.GetProperty("modified").GetInt64()
                        ),
                        root.GetProperty("runtime").GetString()!,
                        root.GetProperty("device").GetString()!,
                        root.GetProperty("driver").GetString()
                    ),
                    new ProcessIdentity(
                        root.GetProperty("machine").GetString()!,
                        root.GetProperty("space").GetString()!,
                        root.GetProperty("process").GetInt32(),
                        root.GetProperty("started").GetString()!
                    ),
                    root.GetProperty("time").GetDateTimeOffset()
                )
                : null;
        }
        catch (Exception error)
            when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
