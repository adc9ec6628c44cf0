namespace LocalSlm.Templating;

/// <summary>A parsed chat template: a Jinja program that turns messages into a prompt. Immutable; may render on many threads at once.</summary>
internal sealed class ChatTemplate
{
    private readonly Statement[] _body;
    private readonly int _slots;
    private readonly string[] _globals;

    private ChatTemplate(Statement[] body, int slots, string[] globals)
    {
        _body = body;
        _slots = slots;
        _globals = globals;
    }

    /// <summary>Gets the names of all variables in the template: those that it is given, and those that it sets.</summary>
    public IReadOnlyList<string> VariableNames => _globals;

    /// <summary>Parses a template.</summary>
    /// <exception cref="ChatTemplateException">The template is malformed.</exception>
    public static ChatTemplate Parse(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var (body, slots, globals) = Parser.Parse(source);
        return new ChatTemplate(body, slots, globals);
    }

    /// <summary>Renders a prompt.</summary>
    /// <returns>The prompt in pieces: what came from the caller in text spans, all else in control spans; none empty, neighbours of different kinds.</returns>
    /// <exception cref="ChatTemplateException">The template raised an error, used a value wrongly, or went over a limit.</exception>
    /// <exception cref="OperationCanceledException">The render was cancelled.</exception>
    public IReadOnlyList<PromptSpan> Render(ChatTemplateInput input, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        cancellationToken.ThrowIfCancellationRequested();
        using var state = new RenderState(input, _globals, _slots, cancellationToken);
        var continuation = input.ContinueFinalMessage ? FinalMessageContinuation.Prepare(state) : null;
        Statement.Execute(state, _body);
        int length = continuation?.End(state.Output) ?? state.Output.Length;
        return Spans(state.Output, length);
    }

    private static List<PromptSpan> Spans(TextBuilder output, int length)
    {
        var spans = new List<PromptSpan>();
        var chars = output.Chars[..length];
        int done = 0;
        var marks = output.Marks;
        for (int i = 0; i < marks.Length && marks[i].Start < length; i++)
        {
            int start = marks[i].Start;
            if (start > done)
            {
                spans.Add(new PromptSpan(chars[done..start].ToString(), true));
            }

            int end = marks[i].End;
            while (i + 1 < marks.Length && marks[i + 1].Start == end)
            {
                end = marks[++i].End;
            }

            done = Math.Min(end, length);
            spans.Add(new PromptSpan(chars[start..done].ToString(), false));
        }

        if (done < length)
        {
            spans.Add(new PromptSpan(chars[done..].ToString(), true));
        }

        return spans;
    }
}
