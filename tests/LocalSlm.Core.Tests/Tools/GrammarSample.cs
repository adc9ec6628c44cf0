using System.Text;
using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Constraints.JsonSchema;
using LocalSlm.Tools;

namespace LocalSlm.Tests.Tools;

/// <summary>Grammars of calls as a client builds them, with marks as plain text.</summary>
internal static class GrammarSample
{
    private static readonly JsonSchemaSettings Json = new() { Whitespace = JsonWhitespace.Bounded };

    public static ToolGrammarInput Input(IReadOnlyList<ToolDescription> tools, bool several = true) =>
        new()
        {
            Tools = tools,
            AllowsSeveralCalls = several,
            Marker = GrammarNode.Text,
            JsonArguments = static tool => JsonSchemaCompiler.Compile(tool.Parameters, Json),
            JsonValue = static schema => JsonSchemaCompiler.Compile(schema, Json),
        };

    public static GrammarMatcher Matcher(GrammarNode grammar) => new(CompiledGrammar.Compile(grammar));

    public static bool Accepts(GrammarNode grammar, string text)
    {
        var matcher = Matcher(grammar);
        return matcher.TryAdvance(Encoding.UTF8.GetBytes(text)) && matcher.IsComplete;
    }

    /// <summary>Leaves out the thinking at the beginning of a reply.</summary>
    public static string BehindReasoning(ToolFormat format, string prompt, string reply)
    {
        if (format.Reasoning is not { } tags)
        {
            return reply;
        }

        int close = reply.LastIndexOf(tags.Close, StringComparison.Ordinal);
        bool thinks =
            reply.StartsWith(tags.Open, StringComparison.Ordinal)
            || prompt.Contains(tags.Open, StringComparison.Ordinal);
        return thinks && close >= 0 ? reply[(close + tags.Close.Length)..] : reply;
    }
}
