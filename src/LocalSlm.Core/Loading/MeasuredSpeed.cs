using System.Text.Json;

namespace LocalSlm.Loading;

/// <summary>How fast a device computed a model.</summary>
/// <param name="PromptRate">Prompt tokens per second.</param>
/// <param name="ReplyRate">Generated tokens per second; 0 for an embedding model.</param>
internal sealed record MeasuredSpeed(double PromptRate, double ReplyRate)
{
    private const int Version = 1;

    /// <summary>The request that devices are compared by: a page of text, and an answer of some sentences.</summary>
    private const int PromptTokens = 512;

    private const int ReplyTokens = 128;

    /// <summary>Gets how long the request that devices are compared by would take.</summary>
    public TimeSpan Score =>
        TimeSpan.FromSeconds((PromptTokens / PromptRate) + (ReplyRate > 0 ? ReplyTokens / ReplyRate : 0));

    /// <summary>Writes it as JSON.</summary>
    public void Write(Stream stream, LoadKey key, string? runtimeVersion, DateTimeOffset time)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteString("model", key.Model.Path);
        json.WriteString("runtime", key.Runtime);
        json.WriteString("runtimeVersion", runtimeVersion);
        json.WriteString("device", key.Device);
        json.WriteString("driver", key.Driver);
        json.WriteNumber("promptTokensPerSecond", PromptRate);
        json.WriteNumber("replyTokensPerSecond", ReplyRate);
        json.WriteString("time", time);
        json.WriteEndObject();
    }

    /// <summary>Reads one.</summary>
    /// <returns><see langword="null"/> if it is none.</returns>
    public static MeasuredSpeed? Read(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            var speed = new MeasuredSpeed(
                root.GetProperty("promptTokensPerSecond").GetDouble(),
                root.GetProperty("replyTokensPerSecond").GetDouble()
            );
            return
                root.GetProperty("version").GetInt32() == Version
                && speed
                    is { PromptRate: > 0 and < double.PositiveInfinity, ReplyRate: >= 0 and < double.PositiveInfinity }
                ? speed
                : null;
        }
        catch (Exception error)
            when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
