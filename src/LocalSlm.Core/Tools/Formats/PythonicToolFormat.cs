using System.Text;
using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tools;

/// <summary>A format whose calls are a list as Python writes it.</summary>
internal sealed class PythonicToolFormat : ToolFormat
{
    private readonly string _name;
    private readonly string? _open;
    private readonly string? _close;
    private readonly Lazy<ReplySyntax> _syntax;

    /// <summary>Creates it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="open">What begins a block of calls; <see langword="null"/> if the list alone does, at the start of a reply.</param>
    /// <param name="close">What ends a block of calls; <see langword="null"/> if the list's bracket does.</param>
    public PythonicToolFormat(string name, string? open, string? close)
    {
        (_name, _open, _close) = (name, open, close);
        _syntax = new(CreateSyntax);
    }

    /// <inheritdoc/>
    public override string Name => _name;

    /// <inheritdoc/>
    public override ReasoningTags? Reasoning => Thinking;

    /// <summary>Gets how thinking is marked.</summary>
    public ReasoningTags? Thinking { get; init; }

    /// <inheritdoc/>
    /// <remarks>The golden replies of the unmarked list were themselves written from the publisher's documents.</remarks>
    public override ToolFormatEvidence Evidence =>
        _open is null ? ToolFormatEvidence.Documentation : ToolFormatEvidence.Goldens;

    /// <inheritdoc/>
    public override bool ReadsControlTokens => _open is not null;

    /// <inheritdoc/>
    public override IReplyParser CreateParser(ReplyParserInput input) => _syntax.Value.CreateParser(input);

    /// <inheritdoc/>
    public override ToolGrammar BuildGrammar(ToolGrammarInput input)
    {
        var grammar = new PythonicGrammar(input);
        var calls = grammar.Calls();
        if (_open is null)
        {
            return new ToolGrammar(
                GrammarNode.Sequence(GrammarNode.Text("["), calls),
                [.. input.Tools.Select(t => new ToolTrigger($"[{t.Name}(", grammar.CallsFrom(t), AtStart: true))]
            );
        }

        var rest = GrammarNode.Sequence(GrammarNode.Text("["), calls, input.Marker(_close!));
        return new ToolGrammar(GrammarNode.Sequence(input.Marker(_open), rest), [new ToolTrigger(_open, rest)]);
    }

    /// <inheritdoc/>
    protected override string WriteCalls(IReadOnlyList<ParsedToolCall> calls)
    {
        var text = new StringBuilder(_open);
        new PythonicCallWriter(text).Write(calls);
        return text.Append(_close).ToString();
    }

    private ReplySyntax CreateSyntax() => new() { Reasoning = Reasoning, Markers = [.. CreateMarkers()] };

    private IEnumerable<ReplyMarker> CreateMarkers()
    {
        if (_open is null)
        {
            yield return new ReplyMarker("[", MarkerEffect.Call)
            {
                AtStart = true,
                Overlap = 1,
                Reader = static context => new PythonicListReader(context, end: null),
            };
            yield break;
        }

        yield return new ReplyMarker(_open, MarkerEffect.Call)
        {
            Reader = context => new PythonicListReader(context, _close),
        };
        yield return new ReplyMarker(_close!, MarkerEffect.Drop) { OnlyWithTools = true };
    }
}
