using System.Text.Json;

namespace LocalSlm.Constraints.JsonSchema;

/// <summary>What System.Text.Json reads less of than the schemas say which it makes of .NET types (JsonSchemaExporter of .NET 10, and
/// AIJsonUtilities upon it).</summary>
internal static class DotNetTypes
{
    /// <summary>Bytes in base 64, with padding whose spare bits are 0 (RFC 4648, sections 3.5 and 4).</summary>
    public const string Base64 =
        "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$";

    // As the exporter writes them, and what the converters read: an hour is below 24, a TimeSpan has up to 10675199 days, and a part
    // of a Version is an Int32.
    private const string TimeSpanPattern = @"^-?(\d+\.)?\d{2}:\d{2}:\d{2}(\.\d{1,7})?$";
    private const string ReadableTimeSpan = @"^-?(?:[1-9]\d{0,6}\.)?(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,7})?$";
    private const string VersionPattern = @"^\d+(\.\d+){1,3}$";
    private const string ReadableVersion = @"^(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8})){1,3}$";

    /// <summary>Gets the part of a pattern's texts that the type can read which the pattern was made of; the pattern itself, if it was
    /// made of none.</summary>
    public static string Narrow(string pattern) =>
        pattern switch
        {
            TimeSpanPattern => ReadableTimeSpan,
            VersionPattern => ReadableVersion,
            _ => pattern,
        };

    /// <summary>Tells whether a schema of integers says that they are more than 32 bits wide, in the names of OpenAPI's format
    /// registry.</summary>
    public static bool IsWideInteger(JsonElement schema) =>
        schema.TryGetProperty("format", out var format)
        && format.ValueKind == JsonValueKind.String
        && (format.ValueEquals("int64") || format.ValueEquals("uint64") || format.ValueEquals("uint32"));

    /// <summary>Tells whether a schema's texts are bytes in base 64.</summary>
    public static bool IsBase64(JsonElement schema) =>
        schema.TryGetProperty("contentEncoding", out var encoding)
        && encoding.ValueKind == JsonValueKind.String
        && encoding.ValueEquals("base64");
}
