using System.Diagnostics;
using System.Text;
using System.Text.Json;
using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.JsonSchema;

namespace LocalSlm.Tests.Constraints.JsonSchema;

/// <summary>Compiles schemas and feeds texts to them.</summary>
internal static class SchemaGrammars
{
    public static GrammarMatcher Compile(JsonElement schema, JsonSchemaSettings? settings = null) =>
        new(CompiledGrammar.Compile(JsonSchemaCompiler.Compile(schema, settings ?? new JsonSchemaSettings())));

    public static GrammarMatcher Compile(string schema, JsonSchemaSettings? settings = null)
    {
        using var document = JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = 1_000_000 });
        return Compile(document.RootElement, settings);
    }

    /// <summary>Feeds a text in random pieces.</summary>
    public static bool Accepts(GrammarMatcher matcher, string text, Random? random = null)
    {
        matcher.Reset();
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var at = 0; at < bytes.Length; )
        {
            var length = random is null ? bytes.Length : Math.Min(bytes.Length - at, random.Next(1, 6));
            if (!matcher.TryAdvance(bytes.AsSpan(at, length)))
            {
                return false;
            }

            at += length;
        }

        return matcher.IsComplete;
    }

    /// <summary>Gets how long it takes to compile a schema, in milliseconds: the best of three.</summary>
    public static double Time(JsonElement schema)
    {
        var best = double.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var clock = Stopwatch.StartNew();
            Compile(schema, new JsonSchemaSettings { AllowUnsatisfiable = true });
            best = Math.Min(best, clock.Elapsed.TotalMilliseconds);
        }

        return best;
    }
}
