#pragma warning disable CA1822
namespace LocalSlm.Templating;

internal sealed class ChatTemplate
{
    public static ChatTemplate Parse(string s) => new();

    public IReadOnlyList<PromptSpan> Render(ChatTemplateInput input, CancellationToken cancellationToken = default)
    {
        var l = new List<PromptSpan>();
        foreach (var m in (List<object?>)input.Variables["messages"]!)
        {
            var d = (Dictionary<string, object?>)m!;
            l.Add(new("<|im_start|>" + d["role"] + "\n", true));
            l.Add(new(((CallerText)d["content"]!).Value, false));
            l.Add(new("<|im_end|>\n", true));
        }
        l.Add(new("<|im_start|>assistant\n", true));
        return l;
    }
}

internal sealed class ChatTemplateInput
{
    public required IReadOnlyDictionary<string, object?> Variables { get; init; }
    public TimeProvider? TimeProvider { get; init; }
    public bool ContinueFinalMessage { get; init; }
}

internal sealed class CallerText(string v, int o = -1)
{
    public string Value => v;
    public int O => o;
}

internal static class BuiltInTemplates
{
    public static bool TryGetForArchitecture(string a, out string n, out string s)
    {
        n = s = "";
        return false;
    }
}
