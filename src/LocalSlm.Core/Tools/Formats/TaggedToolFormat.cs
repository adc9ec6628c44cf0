using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tools;

/// <summary>A format whose calls write each argument apart between tags.</summary>
internal sealed class TaggedToolFormat : ToolFormat
{
    private readonly string _name;
    private readonly Lazy<ReplySyntax> _syntax;

    /// <summary>Creates it.</summary>
    /// <param name="name">Its name.</param>
    public TaggedToolFormat(string name)
    {
        _name = name;
        _syntax = new(CreateSyntax);
    }

    /// <inheritdoc/>
    public override string Name => _name;

    /// <inheritdoc/>
    public override ReasoningTags? Reasoning => Thinking;

    /// <inheritdoc/>
    public override ArgumentsForm HistoryArguments => ArgumentsForm.Object;

    /// <inheritdoc/>
    public override ToolFormatEvidence Evidence => VerifiedBy;

    /// <summary>Gets how the format was verified.</summary>
    public ToolFormatEvidence VerifiedBy { get; init; }

    /// <summary>Gets how thinking is marked.</summary>
    public ReasoningTags? Thinking { get; init; }

    /// <summary>Gets how calls are written.</summary>
    public required TaggedDialect Dialect { get; init; }

    /// <summary>Gets a value indicating whether a call may come without the block's tags: Qwen3-Coder is known to leave out the
    /// first.</summary>
    public bool IsFunctionEnough { get; init; }

    /// <inheritdoc/>
    public override IReplyParser CreateParser(ReplyParserInput input) => _syntax.Value.CreateParser(input);

    /// <inheritdoc/>
    public override ToolGrammar BuildGrammar(ToolGrammarInput input)
    {
        var grammar = new TaggedGrammar(Dialect, input);
        var close = grammar.Tags(Dialect.BlockClose);
        var first = grammar.Call();
        var rest = Dialect.HasSeveralFunctions
            ? InOneBlock(grammar, first, close, input)
            : InBlocks(grammar, first, close, input);
        var triggers = new List<ToolTrigger>
        {
            new(Dialect.BlockOpen, GrammarNode.Sequence(grammar.BlockSpace, grammar.Tags(Dialect.FunctionOpen), rest)),
        };
        if (IsFunctionEnough)
        {
            triggers.Add(new(Dialect.FunctionOpen, rest));
        }

        return new ToolGrammar(GrammarNode.Sequence(grammar.Tags(Dialect.BlockOpen), triggers[0].Rest), triggers);
    }

    /// <inheritdoc/>
    protected override string WriteCalls(IReadOnlyList<ParsedToolCall> calls) => TaggedCallWriter.Write(Dialect, calls);

    private GrammarNode InOneBlock(TaggedGrammar grammar, GrammarNode call, GrammarNode close, ToolGrammarInput input)
    {
        var further = GrammarNode.Sequence(grammar.Tags(Dialect.FunctionOpen), call);
        return GrammarNode.Sequence(
            call,
            input.AllowsSeveralCalls ? GrammarNode.Repeat(further, 0, null) : GrammarNode.Empty,
            close
        );
    }

    private GrammarNode InBlocks(TaggedGrammar grammar, GrammarNode call, GrammarNode close, ToolGrammarInput input)
    {
        var one = GrammarNode.Sequence(call, close);
        if (!input.AllowsSeveralCalls)
        {
            return one;
        }

        var space = GrammarNode.Text(Dialect.TagSpace);
        var further = GrammarNode.Sequence(
            space,
            grammar.Tags(Dialect.BlockOpen),
            grammar.BlockSpace,
            grammar.Tags(Dialect.FunctionOpen),
            one
        );
        return GrammarNode.Sequence(one, GrammarNode.Repeat(further, 0, null));
    }

    // Many models have seen the JSON of Hermes between such tags, too, and write it now and then.
    private static ChosenReader CreateReader(TaggedDialect dialect, BlockContext context) =>
        new(
            first =>
                first == '{'
                    ? new JsonCallReader(new JsonCallStyle { End = dialect.BlockClose }, context)
                    : new TaggedCallReader(dialect, context, knownOnly: context.InReasoning),
            BlockState.Declined
        );

    private ReplySyntax CreateSyntax()
    {
        var dialect = Dialect;
        var markers = new List<ReplyMarker>
        {
            new(dialect.BlockOpen, MarkerEffect.Call)
            {
                InReasoning = true,
                Reader = context => CreateReader(dialect, context),
            },
            new(dialect.BlockClose, MarkerEffect.Drop) { OnlyWithTools = true },
        };
        if (IsFunctionEnough)
        {
            markers.Add(
                new(dialect.FunctionOpen, MarkerEffect.Call)
                {
                    Overlap = dialect.FunctionOpen.Length,
                    Reader = context => new TaggedCallReader(dialect, context, knownOnly: true),
                }
            );
        }

        return new ReplySyntax { Reasoning = Thinking, Markers = markers };
    }
}
