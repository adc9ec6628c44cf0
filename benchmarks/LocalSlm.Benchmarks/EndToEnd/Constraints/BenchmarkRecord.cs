using System.Text.Json;
using LocalSlm.Constraints;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.JsonSchema;
using LocalSlm.Testing;

namespace LocalSlm.Benchmarks.EndToEnd.Constraints;

/// <summary>The record of eight fields that constrained replies are measured with.</summary>
internal static class BenchmarkRecord
{
    /// <summary>A record, as a model would write it.</summary>
    public const string Sample =
        "{\"full_name\":\"Ada Lovelace\",\"date_of_birth\":\"1815-12-10\",\"occupation\":\"mathematician and writer\",\"nationality\":\"British\",\"number_of_children\":3,\"currently_employed\":false,\"highest_education\":\"university\",\"annual_income_usd\":12000}";

    /// <summary>Gets the same record for llama.cpp.</summary>
    public static string Gbnf => File.ReadAllText(PathOf("record.gbnf"));

    /// <summary>Builds the grammar of the schema, in its compact form.</summary>
    public static GrammarNode Build()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(PathOf("record.schema.json")));
        return JsonSchemaCompiler.Compile(schema.RootElement, new JsonSchemaSettings());
    }

    /// <summary>Gets the shape of a reply that is one record.</summary>
    public static ReplyShape One { get; } = ShapeOf("record", Build);

    /// <summary>Gets the shape of a reply that is records without an end, so that it is cut at the limit of tokens.</summary>
    public static ReplyShape Endless { get; } =
        ShapeOf(
            "records",
            static () => GrammarNode.Repeat(GrammarNode.Sequence(Build(), GrammarNode.Text("\n")), 1000, null)
        );

    private static ReplyShape ShapeOf(string key, Func<GrammarNode> build) =>
        new() { Phases = [new GrammarPhase { Grammar = new GrammarSource(key, build) }] };

    private static string PathOf(string file) =>
        Path.Combine(TestAssets.RepositoryRoot, "benchmarks/LocalSlm.Benchmarks/EndToEnd/Constraints", file);
}
