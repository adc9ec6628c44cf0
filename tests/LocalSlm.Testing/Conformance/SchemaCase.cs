using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.JsonSchema;
using OtherValidator = NJsonSchema.JsonSchema;

namespace LocalSlm.Testing;

/// <summary>A schema, and how texts are judged by it: whole ones by NJsonSchema, which knows JSON Schema up to draft 7, cut ones by the
/// grammar.</summary>
public sealed partial class SchemaCase
{
    private readonly OtherValidator _validator;
    private readonly Lazy<CompiledGrammar> _grammar;

    private SchemaCase(string name, JsonElement schema, OtherValidator validator)
    {
        Name = name;
        Schema = schema;
        _validator = validator;
        _grammar = new(() => CompiledGrammar.Compile(JsonSchemaCompiler.Compile(schema, new JsonSchemaSettings())));
    }

    public string Name { get; }

    public JsonElement Schema { get; }

    /// <summary>Reads the thirty schemas of this project.</summary>
    /// <exception cref="InvalidOperationException">The validator does not tell an example that is valid from one that is not.</exception>
    public static async Task<IReadOnlyList<SchemaCase>> ReadAsync()
    {
        using var stream = typeof(SchemaCase).Assembly.GetManifestResourceStream("schemas.json")!;
        using var document = await JsonDocument.ParseAsync(stream);
        var cases = new List<SchemaCase>();
        foreach (var entry in document.RootElement.GetProperty("schemas").EnumerateArray())
        {
            var name = entry.GetProperty("name").GetString()!;
            var schema = entry.GetProperty("schema");
            var made = new SchemaCase(name, schema.Clone(), await ValidatorAsync(schema));
            var fault = made.FindFault(entry.GetProperty("valid").GetRawText());
            if (fault is not null || made.FindFault(entry.GetProperty("invalid").GetRawText()) is null)
            {
                throw new InvalidOperationException($"NJsonSchema misjudges the schema '{name}'. {fault}");
            }

            cases.Add(made);
        }

        return cases;
    }

    /// <summary>Reads those golden schemas whose own instances the validator judges as they should be.</summary>
    public static async Task<IReadOnlyList<SchemaCase>> ReadGoldenAsync(string path)
    {
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(path));
        var cases = new List<SchemaCase>();
        foreach (var entry in document.RootElement.GetProperty("schemas").EnumerateArray())
        {
            var schema = entry.GetProperty("schema");
            try
            {
                var made = new SchemaCase(schema.GetRawText(), schema.Clone(), await ValidatorAsync(schema));
                if (
                    made._grammar.Value is not null
                    && entry
                        .GetProperty("valid")
                        .EnumerateArray()
                        .All(text => made.FindFault(text.GetString()!) is null)
                    && !entry
                        .GetProperty("invalid")
                        .EnumerateArray()
                        .Any(text => made.FindFault(text.GetString()!) is null)
                )
                {
                    cases.Add(made);
                }
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // Refused, by us or by the validator: other tests look at that.
            }
        }

        return cases;
    }

    /// <summary>Says what is wrong with a whole text.</summary>
    /// <returns><see langword="null"/> if it is valid.</returns>
    public string? FindFault(string json)
    {
        try
        {
            using (JsonDocument.Parse(json)) { }

            var errors = _validator.Validate(OneUnitACharacter(json));
            return errors.Count == 0 ? null : string.Join("; ", errors);
        }
        catch (Exception error) when (error is JsonException or Newtonsoft.Json.JsonException)
        {
            return error.Message;
        }
    }

    /// <summary>Tells whether the grammar has texts that begin like this.</summary>
    public bool IsBeginning(string text) => new GrammarMatcher(_grammar.Value).TryAdvance(Encoding.UTF8.GetBytes(text));

    private static Task<OtherValidator> ValidatorAsync(JsonElement schema)
    {
        var known = JsonNode.Parse(schema.GetRawText())!;
        SpellConstants(known);
        return OtherValidator.FromJsonAsync(known.ToJsonString());
    }

    /// <summary>Says every constant as an enumeration of one value: the validator does not look at <c>const</c>.</summary>
    private static void SpellConstants(JsonNode? node)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
            {
                SpellConstants(item);
            }
        }
        else if (node is JsonObject members)
        {
            foreach (var member in members)
            {
                SpellConstants(member.Value);
            }

            if (members.Remove("const", out var value))
            {
                members["enum"] = new JsonArray(value);
            }
        }
    }

    /// <summary>Puts a letter for every character beyond the basic plane: the validator takes the length
    /// of a string for its UTF-16 units, where JSON Schema counts characters.</summary>
    private string OneUnitACharacter(string json)
    {
        if (!Schema.GetRawText().Contains("Length", StringComparison.Ordinal))
        {
            return json;
        }

        var text = new StringBuilder();
        foreach (var rune in json.EnumerateRunes())
        {
            text.Append(rune.IsBmp ? rune.ToString() : "x");
        }

        return EscapedPair().Replace(text.ToString(), "$1x");
    }

    [GeneratedRegex(@"(?<!\\)((?:\\\\)*)\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")]
    private static partial Regex EscapedPair();
}
