using System.Text.Json;

namespace LocalSlm.Hardware.Probing;

/// <summary>What a runtime answered, as JSON between a probe and the process that asked for it. Both are of one build.</summary>
internal static class RuntimeReportJson
{
    public static byte[] Write(RuntimeReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("name", report.Name);
            json.WriteString("version", report.Version);
            json.WriteString("problem", report.Problem);
            json.WriteStartArray("notes");
            foreach (var note in report.Notes)
            {
                json.WriteStringValue(note);
            }

            json.WriteEndArray();
            json.WriteStartArray("devices");
            foreach (var device in report.Devices)
            {
                Write(json, device);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <exception cref="JsonException">It is no such report.</exception>
    public static RuntimeReport Read(ReadOnlyMemory<byte> text)
    {
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        try
        {
            return new RuntimeReport(
                root.GetProperty("name").GetString() ?? string.Empty,
                root.GetProperty("version").GetString(),
                [.. root.GetProperty("devices").EnumerateArray().Select(Read)],
                root.GetProperty("problem").GetString()
            )
            {
                Notes = [.. root.GetProperty("notes").EnumerateArray().Select(static note => note.GetString()!)],
            };
        }
        catch (Exception error) when (error is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new JsonException("It is no report of a runtime.", error);
        }
    }

    private static void Write(Utf8JsonWriter json, ComputeDevice device)
    {
        json.WriteStartObject();
        json.WriteString("name", device.Name);
        json.WriteString("description", device.Description);
        json.WriteNumber("kind", (int)device.Kind);
        json.WriteNumber("totalMemoryBytes", device.TotalMemoryBytes);
        json.WriteNumber("freeMemoryBytes", device.FreeMemoryBytes);
        json.WriteString("provider", device.Provider);
        WriteNumber(json, "vendorId", device.VendorId);
        WriteNumber(json, "deviceId", device.DeviceId);
        json.WriteString("pciAddress", device.PciAddress);
        WriteNumber(json, "luid", device.Luid);
        json.WriteString("driverVersion", device.DriverVersion);
        json.WriteBoolean("isVirtual", device.IsVirtual);
        json.WriteString("problem", device.Problem);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, ulong? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static ComputeDevice Read(JsonElement device) =>
        new(
            device.GetProperty("name").GetString() ?? string.Empty,
            device.GetProperty("description").GetString() ?? string.Empty,
            (ComputeDeviceKind)device.GetProperty("kind").GetInt32(),
            device.GetProperty("totalMemoryBytes").GetInt64(),
            device.GetProperty("freeMemoryBytes").GetInt64()
        )
        {
            Provider = device.GetProperty("provider").GetString(),
            VendorId = ReadNumber(device.GetProperty("vendorId")) is { } vendor ? (uint)vendor : null,
            DeviceId = ReadNumber(device.GetProperty("deviceId")) is { } id ? (uint)id : null,
            PciAddress = device.GetProperty("pciAddress").GetString(),
            Luid = ReadNumber(device.GetProperty("luid")),
            DriverVersion = device.GetProperty("driverVersion").GetString(),
            IsVirtual = device.GetProperty("isVirtual").GetBoolean(),
            Problem = device.GetProperty("problem").GetString(),
        };

    private static ulong? ReadNumber(JsonElement element) =>
        element.ValueKind == JsonValueKind.Null ? null : element.GetUInt64();
}
