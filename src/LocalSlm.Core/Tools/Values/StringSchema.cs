using System.Text.Json;
using LocalSlm.Constraints.Regular;

namespace LocalSlm.Tools;

/// <summary>The strings that a schema allows, for formats that write them without JSON's quotes and escapes.</summary>
internal static class StringSchema
{
    /// <summary>Gets the language of the strings, by <c>pattern</c>, <c>format</c>, <c>minLength</c> and <c>maxLength</c>.</summary>
    /// <exception cref="UnsupportedSchemaException">The schema says something else about them, which plain text cannot be held
    /// to.</exception>
    public static CharAutomaton Language(ArgumentSchema schema)
    {
        var language = CharAutomaton.Any;
        if (schema.Schema.ValueKind != JsonValueKind.Object)
        {
            return language;
        }

        var (min, max) = (0, (int?)null);
        foreach (var keyword in schema.Schema.EnumerateObject())
        {
            switch (keyword.Name)
            {
                case "pattern" when keyword.Value.ValueKind == JsonValueKind.String:
                    language = language.Intersect(CharAutomaton.FromPattern(keyword.Value.GetString()!));
                    break;
                case "format" when keyword.Value.ValueKind == JsonValueKind.String:
                    language = language.Intersect(
                        StringFormats.Find(keyword.Value.GetString()!)
                            ?? throw Unsupported("format", "this format is not known")
                    );
                    break;
                case "minLength" when keyword.Value.TryGetInt32(out var least):
                    min = least;
                    break;
                case "maxLength" when keyword.Value.TryGetInt32(out var most):
                    max = most;
                    break;
                case "not" or "allOf" or "if" or "then" or "else" or "dependentSchemas":
                    throw Unsupported(keyword.Name, "a string that is written as plain text cannot be held to it");
            }
        }

        return min == 0 && max is null ? language : language.Intersect(CharAutomaton.FromLength(min, max));
    }

    private static UnsupportedSchemaException Unsupported(string keyword, string problem) =>
        new("", keyword, $"{problem}. Take the keyword out, or choose another tool format.");
}
