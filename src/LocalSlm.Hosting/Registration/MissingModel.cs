using System.Text.Json;

namespace LocalSlm.Hosting.Registration;

/// <summary>What to do about a model that a name maps to nothing.</summary>
internal static class MissingModel
{
    /// <summary>Says which line of configuration would make a name a model.</summary>
    /// <param name="name">The name.</param>
    /// <param name="section">The section of its kind.</param>
    /// <returns>A sentence with the line.</returns>
    public static string LineToAdd(string name, string section = "Models") =>
        $$"""Add to the configuration: "LocalSlm": { "{{section}}": { "{{JsonEncodedText.Encode(
            name,
            System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping
        )}}": "path/to/the/model" } }""";
}
