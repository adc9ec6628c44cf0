using System.Text.Json;
using LocalSlm.Scheduling;
using LocalSlm.Tools;
using Microsoft.Extensions.AI;

namespace LocalSlm.Chat;

/// <summary>Turns the text of one reply into contents while it comes: text, reasoning, calls. For one reader.</summary>
internal sealed class ReplyReader(ReplyPlan plan)
{
    private const int MostShown = 200;

    private readonly IReplyParser? _parser = plan.Family?.CreateParser(plan.ParserInput);
    private readonly List<ReplyPart> _parts = [];
    private readonly HashSet<string> _callIds = new(StringComparer.Ordinal);

    // The run of parts of one kind that is being read, and the white space at its end: it is the run's own only if more of it follows.
    private ReplyPartKind? _kind;
    private bool _hasWritten;
    private bool _trimsStart;
    private string _held = "";
    private int _pendingTokens;

    /// <summary>Gets a value indicating whether a call came.</summary>
    public bool HasCalls => _callIds.Count > 0;

    /// <summary>Gets the tokens of reasoning so far; <see langword="null"/> where reasoning is not told apart.</summary>
    public int? ReasoningTokens { get; private set; } =
        plan.Family is not null && plan.ParserInput.SplitsReasoning ? 0 : null;

    /// <summary>Takes in a piece.</summary>
    /// <param name="piece">What the engine gave.</param>
    /// <param name="contents">Receives what became certain, appended.</param>
    public void Read(in GenerationUpdate piece, List<AIContent> contents)
    {
        if (_parser is null)
        {
            if (piece.Text.Length > 0)
            {
                contents.Add(new TextContent(piece.Text));
            }

            return;
        }

        _parts.Clear();
        if (piece.Text.Length > 0)
        {
            _parser.Append(piece.Text, _parts);
        }

        var isLast = piece.Finish != GenerationFinish.None;
        if (isLast)
        {
            _parser.Complete(_parts);
        }

        CountReasoning(piece.TokenCount, isLast);
        foreach (var part in _parts)
        {
            Add(part, contents);
        }

        if (isLast && _kind == ReplyPartKind.Text && _held.Length > 0 && (_hasWritten || !_trimsStart))
        {
            contents.Add(new TextContent(_held));
        }
    }

    /// <summary>Adds a part. White space between kinds is markup, but at the start of a reply it is the text's own.</summary>
    private void Add(ReplyPart part, List<AIContent> contents)
    {
        if (part.Kind != _kind)
        {
            _trimsStart = _kind is not null || part.Kind == ReplyPartKind.Reasoning;
            (_kind, _hasWritten, _held) = (part.Kind, false, "");
        }

        if (part.Call is { } call)
        {
            contents.Add(ToContent(call));
            return;
        }

        var text = _held.Length == 0 ? part.Text : _held + part.Text;
        if (_trimsStart && !_hasWritten)
        {
            text = text.TrimStart();
        }

        var body = text.TrimEnd();
        _held = text[body.Length..];
        if (body.Length == 0)
        {
            return;
        }

        _hasWritten = true;
        if (part.Kind == ReplyPartKind.Text)
        {
            contents.Add(new TextContent(body));
        }
        else if (!plan.HidesReasoning)
        {
            contents.Add(new TextReasoningContent(body));
        }
    }

    private FunctionCallContent ToContent(ParsedToolCall call)
    {
        // What the model wrote is kept if it tells this call from all others.
        var id =
            call.Id is { Length: > 0 } given && !plan.UsedCallIds.Contains(given) && _callIds.Add(given)
                ? given
                : CallIds.Create(plan.Family?.CallIdLength);
        _callIds.Add(id);
        if (call.Problem is null && TryRead(call.Arguments) is { } arguments)
        {
            return new FunctionCallContent(id, call.Name, arguments);
        }

        var problem = call.Problem ?? "The arguments are no JSON object.";
        return new FunctionCallContent(id, call.Name)
        {
            // Middleware does not look at the exception and calls the function without arguments. Where that would succeed, the
            // function would do what the model did not ask for.
            InformationalOnly = plan.ParserInput.Tools.Any(tool => tool.Name == call.Name && !HasRequired(tool)),
            Exception = new FormatException(
                $"The model called '{call.Name}' with arguments that cannot be used: {problem} It wrote: {Shorten(call.Arguments)}"
            ),
        };
    }

    private static Dictionary<string, object?>? TryRead(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                arguments[property.Name] = property.Value.Clone();
            }

            return arguments;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            // A name with half of a surrogate pair.
            return null;
        }
    }

    private static bool HasRequired(ToolDescription tool) =>
        tool.Parameters.TryGetProperty("required", out var required)
        && required.ValueKind == JsonValueKind.Array
        && required.GetArrayLength() > 0;

    private static string Shorten(string text) => text.Length <= MostShown ? text : $"{text[..MostShown]}…";

    /// <summary>Counts tokens whose text is reasoning. Those behind a text that is held back wait until it is told what it is.</summary>
    private void CountReasoning(int tokens, bool isLast)
    {
        if (ReasoningTokens is not { } count)
        {
            return;
        }

        if (_parts.Count == 0)
        {
            _pendingTokens += tokens;
            if (isLast && _kind == ReplyPartKind.Reasoning)
            {
                ReasoningTokens = count + _pendingTokens;
            }

            return;
        }

        // The tags belong to the reasoning: what was held back before it, and what was between it and the text.
        var first = _parts[0].Kind;
        if (first == ReplyPartKind.Reasoning || (_kind == ReplyPartKind.Reasoning && first == ReplyPartKind.Text))
        {
            count += _pendingTokens;
        }

        if (_parts.Exists(static part => part.Kind == ReplyPartKind.Reasoning))
        {
            count += tokens;
        }

        (ReasoningTokens, _pendingTokens) = (count, 0);
    }
}
