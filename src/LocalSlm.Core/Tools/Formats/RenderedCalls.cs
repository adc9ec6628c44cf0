using System.Text.Json;

namespace LocalSlm.Tools;

/// <summary>What a template writes for one call and for two, cut out of the conversation around it.</summary>
/// <param name="Open">What stands before the first call's name.</param>
/// <param name="Middle">What stands between its name and its arguments.</param>
/// <param name="Close">What stands behind the only call's arguments, up to the end of the turn.</param>
/// <param name="Between">What stands between the first call's arguments and the second's name; <see langword="null"/> if the template
/// renders one call alone.</param>
/// <param name="ArgumentsAsText">Whether the template takes arguments as JSON text.</param>
internal sealed record RenderedCalls(string Open, string Middle, string Close, string? Between, bool ArgumentsAsText)
{
    // Ends of a text that no template has: what is common to two renders ends right beside them.
    private const string Answer = "\u2603 an answer \u2603";

    private const int LongestToken = 32;

    /// <summary>Renders sample calls.</summary>
    /// <returns>What was found; <see langword="null"/> if the template does not write a name followed by arguments in JSON.</returns>
    public static RenderedCalls? Read(TemplateRenderer render)
    {
        if (Render(render, Assistant(Answer)) is not { } answer)
        {
            return null;
        }

        foreach (bool asText in (ReadOnlySpan<bool>)[false, true])
        {
            if (
                Render(render, Assistant("", asText, SampleCall.First)) is { } rendered
                && Cut(rendered, answer) is { } one
                && TryFind(one, SampleCall.First, out var name, out var arguments)
            )
            {
                string? between = FindBetween(render, answer, asText);
                return new RenderedCalls(
                    one[..name.Start],
                    one[name.End..arguments.Start],
                    one[arguments.End..],
                    between,
                    asText
                );
            }
        }

        return null;
    }

    private static string? FindBetween(TemplateRenderer render, string answer, bool asText) =>
        Render(render, Assistant("", asText, SampleCall.First, SampleCall.Second)) is { } rendered
        && Cut(rendered, answer) is { } two
        && TryFind(two, SampleCall.First, out _, out var first)
        && TryFind(two, SampleCall.Second, out var second, out _)
        && second.Start >= first.End
            ? two[first.End..second.Start]
            : null;

    private static string? Render(TemplateRenderer render, Dictionary<string, object?> reply)
    {
        try
        {
            return render(
                [new Dictionary<string, object?> { ["role"] = "user", ["content"] = "A question." }, reply],
                [SampleCall.First.DescribeTool(), SampleCall.Second.DescribeTool()]
            );
        }
        catch (ChatTemplateException)
        {
            return null;
        }
    }

    private static Dictionary<string, object?> Assistant(string content) =>
        new() { ["role"] = "assistant", ["content"] = content };

    private static Dictionary<string, object?> Assistant(string content, bool asText, params SampleCall[] calls)
    {
        var message = Assistant(content);
        message["tool_calls"] = calls.Select(call => (object?)call.DescribeCall(asText)).ToList();
        return message;
    }

    /// <summary>Cuts off what a render has in common with that of a plain answer: the prompt before, the end of the turn behind.</summary>
    private static string? Cut(string rendered, string answer)
    {
        int start = rendered.AsSpan().CommonPrefixLength(answer);
        int end = 0;
        while (end < Math.Min(rendered.Length, answer.Length) - start && rendered[^(end + 1)] == answer[^(end + 1)])
        {
            end++;
        }

        // Neither side may be cut within a control token that only begins, or only ends, like the answer's.
        int open = rendered.AsSpan(0, start).LastIndexOfAny('<', '>');
        if (open >= 0 && rendered[open] == '<' && start - open < LongestToken)
        {
            start = open;
        }

        var cut = rendered.AsSpan(start, rendered.Length - end - start);
        open = cut.LastIndexOfAny('<', '>');
        if (open >= 0 && cut[open] == '<' && cut.Length - open < LongestToken)
        {
            cut = cut[..open];
        }

        return cut.IsEmpty ? null : cut.ToString();
    }

    private static bool TryFind(string text, SampleCall call, out TextPlace name, out TextPlace arguments)
    {
        (name, arguments) = (default, default);
        int at = text.IndexOf(call.Name, StringComparison.Ordinal);
        int key = text.IndexOf(call.Key, StringComparison.Ordinal);
        if (at < 0 || key < at || text.IndexOf(call.Name, at + 1, StringComparison.Ordinal) >= 0)
        {
            return false;
        }

        int open = text.LastIndexOf('{', key);
        if (open < at + call.Name.Length)
        {
            return false;
        }

        int length = new JsonObjectScanner().Read(text.AsSpan(open));
        name = new TextPlace(at, at + call.Name.Length);
        arguments = new TextPlace(open, open + length);
        return IsArguments(text.Substring(open, length), call);
    }

    private static bool IsArguments(string text, SampleCall call)
    {
        try
        {
            return JsonElement.DeepEquals(JsonElement.Parse(text), JsonElement.Parse(call.ArgumentsText));
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
