using System.Text;
using System.Text.Json;
using LocalSlm.Constraints.Automaton;
using LocalSlm.Constraints.Grammar;
using LocalSlm.Tools;

namespace LocalSlm.Tests.Tools;

public class ToolGrammarTests
{
    private static readonly IReadOnlyList<ToolDescription> Tools = ReplySample.Request.Tools;

    public static TheoryData<string> Formats => [.. ToolFormats.All.Select(static f => f.Name)];

    [Theory]
    [MemberData(nameof(Formats))]
    public void BuildGrammar_Forced_EverythingItAcceptsIsReadBackAsCalls(string name)
    {
        var format = ToolFormats.Find(name)!;
        var random = new Random(11);
        foreach (bool several in new[] { true, false })
        {
            var grammar = CompiledGrammar.Compile(format.BuildGrammar(GrammarSample.Input(Tools, several)).Forced);
            for (int round = 0; round < 10; round++)
            {
                AssertCalls(format, CallGrammarWalk.Walk(grammar, random, 160), several);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void BuildGrammar_Triggers_WhatFollowsThemIsReadBackAsCalls(string name)
    {
        var format = ToolFormats.Find(name)!;
        var random = new Random(12);
        var triggers = format.BuildGrammar(GrammarSample.Input(Tools)).Triggers;
        Assert.NotEmpty(triggers);
        foreach (var trigger in triggers)
        {
            var grammar = CompiledGrammar.Compile(trigger.Rest);
            for (int round = 0; round < 6; round++)
            {
                AssertCalls(format, trigger.Text + CallGrammarWalk.Walk(grammar, random, 160), several: true);
            }
        }
    }

    [Fact]
    public void BuildGrammar_CallsAsTemplatesRenderThem_AreAccepted()
    {
        var failures = new StringBuilder();
        int count = 0;
        foreach (var test in GoldenReply.ReadAllOrSkip())
        {
            bool rendered = test.Id.StartsWith("rt-", StringComparison.Ordinal) && test.Calls.Count > 0;
            if (!rendered || test.FindFormat() is not JsonToolFormat { Name: not "generic" } format)
            {
                continue;
            }

            var grammar = format.BuildGrammar(GrammarSample.Input(test.ParserInput.Tools));
            var trigger = grammar.Triggers.FirstOrDefault(t => test.Input.Contains(t.Text, StringComparison.Ordinal));
            int at = trigger is null ? -1 : test.Input.IndexOf(trigger.Text, StringComparison.Ordinal);
            string rest = trigger is null ? "" : test.Input[(at + trigger.Text.Length)..];
            count++;
            if (trigger is null || !GrammarSample.Accepts(trigger.Rest, rest))
            {
                failures.AppendLine($"{test.Family} {test.Id} {format.Name}: trigger '{trigger?.Text}', rest '{rest}'");
            }
            else if (at == 0 && !GrammarSample.Accepts(grammar.Forced, test.Input))
            {
                failures.AppendLine($"{test.Family} {test.Id} {format.Name}: forced");
            }
        }

        Assert.True(failures.Length == 0, failures.ToString());
        Assert.True(count > 50, $"only {count} replies");
    }

    [Fact]
    public void BuildGrammar_Hermes_AllowsKnownToolsAndTheirArgumentsAlone()
    {
        var forced = JsonToolFormats.Hermes.BuildGrammar(GrammarSample.Input(Tools)).Forced;

        Assert.True(Accepts(forced, """{"name": "get_weather", "arguments": {"city": "Paris"}}"""));
        Assert.True(Accepts(forced, """{"name": "ping", "arguments": {}}"""));
        Assert.False(Accepts(forced, """{"name": "pong", "arguments": {}}"""));
        Assert.False(Accepts(forced, """{"name": "get_weather", "arguments": {}}"""));
        Assert.False(Accepts(forced, """{"name": "ping", "arguments": {"city": "Paris"}}"""));
    }

    private static bool Accepts(GrammarNode forced, string call) =>
        GrammarSample.Accepts(forced, $"<tool_call>\n{call}\n</tool_call>");

    private static void AssertCalls(ToolFormat format, string text, bool several)
    {
        // Functionary's prompts end with what begins a call.
        var input = ReplySample.Request with
        {
            PromptEnd = format.Name == "functionary-v3.2" ? ">>>" : "",
        };
        var reply = ReplySample.Read(format, text, input);
        Assert.True(
            reply.Calls.Count > 0
                && reply.Parts.All(static p => p.Kind != ReplyPartKind.Text)
                && (several || reply.Calls.Count == 1)
                && reply.Calls.All(static c => c.Problem is null && Tools.Any(t => t.Name == c.Name)),
            $"{format.Name}: {text}\n      {reply}"
        );
        Assert.All(
            reply.Calls,
            static c => Assert.Equal(JsonValueKind.Object, JsonElement.Parse(c.Arguments).ValueKind)
        );
    }
}
