using LocalSlm.Constraints.Grammar;

namespace LocalSlm.Tools;

/// <summary>How one family of models writes tool calls and reasoning. Immutable; safe for concurrent use.</summary>
internal abstract class ToolFormat
{
    /// <summary>Gets the name under which it can be chosen, such as <c>hermes</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Gets how thinking is marked; <see langword="null"/> for a family that does not think aloud, or whose parser alone knows
    /// how (harmony channels).</summary>
    public virtual ReasoningTags? Reasoning => null;

    /// <summary>Gets a value indicating whether the names of control tokens must be part of the text that the parser reads.</summary>
    public virtual bool ReadsControlTokens => true;

    /// <summary>Gets the form of arguments in the history.</summary>
    public virtual ArgumentsForm HistoryArguments => ArgumentsForm.Automatic;

    /// <summary>Gets the letters of ids that the family insists on (Mistral: nine letters and digits); <see langword="null"/> for any.</summary>
    public virtual int? CallIdLength => null;

    /// <summary>Gets a value indicating whether every reply must be parsed, though the request has no tools and the template knows no
    /// <see cref="Reasoning"/>: the family frames its text, too (harmony channels).</summary>
    public virtual bool AlwaysParses => false;

    /// <summary>Builds the grammar of a reply that is an answer of a given form, where the family frames its answers.</summary>
    /// <param name="answer">The grammar of the answer.</param>
    /// <param name="marker">As in <see cref="ToolGrammarInput.Marker"/>.</param>
    public virtual GrammarNode BuildAnswer(GrammarNode answer, Func<string, GrammarNode> marker) => answer;

    /// <summary>Gets how the format was verified.</summary>
    public virtual ToolFormatEvidence Evidence => ToolFormatEvidence.Goldens;

    /// <summary>Gets the words for tools, calls and results where the chat template has no place for them.</summary>
    public ToolWording Wording => field ??= new ToolWording(WriteCalls);

    /// <summary>Makes the parser of one reply.</summary>
    public abstract IReplyParser CreateParser(ReplyParserInput input);

    /// <summary>Builds the grammar of calls.</summary>
    /// <exception cref="InvalidToolException">The schema of a tool says what calls in this notation cannot be held to.</exception>
    public abstract ToolGrammar BuildGrammar(ToolGrammarInput input);

    /// <summary>Writes calls as the model would.</summary>
    /// <param name="calls">The calls; at least one. Their arguments are JSON objects.</param>
    protected abstract string WriteCalls(IReadOnlyList<ParsedToolCall> calls);
}
