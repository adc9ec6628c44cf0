using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LocalSlm.Tools;

/// <summary>Writes JSON as models read it best: nothing escaped that need not be.</summary>
internal static class PlainJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes JSON on one line.</summary>
    public static string Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    /// <summary>Writes a JSON string, in its quotes; a lone surrogate becomes U+FFFD.</summary>
    public static string Quote(string text) => $"\"{Options.Encoder!.Encode(text)}\"";
}
