namespace LocalSlm.Tools;

/// <summary>Reads what follows the <c>&gt;&gt;&gt;</c> of functionary v3.2: who is spoken to, on a line of its own, then text for
/// <c>all</c>, or the arguments of a call.</summary>
internal sealed class RecipientReader(BlockContext context) : IBlockReader
{
    public const string Mark = ">>>";
    public const string Everyone = "all\n";

    private static readonly NamedCallStyle Call = new()
    {
        HeaderEnd = "\n",
        IsCertain = false,
        PlainArgument = "code",
    };

    private NamedCallReader? _call;

    /// <summary>Creates the reader of a reply if the prompt ends with the mark.</summary>
    public static RecipientReader? AtBeginning(BlockContext context) =>
        context.Input.PromptEnd.EndsWith(Mark, StringComparison.Ordinal) ? new RecipientReader(context) : null;

    /// <inheritdoc/>
    public BlockState Read(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, out int taken)
    {
        if (_call is null)
        {
            taken = text.StartsWith(Everyone, StringComparison.Ordinal) ? Everyone.Length : 0;
            if (taken > 0)
            {
                return BlockState.Closed;
            }

            if (TagSearch.MayStart(text, Everyone, isFinal))
            {
                return BlockState.Open;
            }

            _call = new NamedCallReader(Call, context);
        }

        return _call.Read(text, isFinal, output, out taken);
    }

    /// <inheritdoc/>
    public BlockState End(ReplyWriter output) => _call?.End(output) ?? BlockState.Declined;
}
