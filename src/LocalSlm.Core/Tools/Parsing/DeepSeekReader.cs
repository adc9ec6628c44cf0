namespace LocalSlm.Tools;

/// <summary>Reads one call of DeepSeek: <c>function</c>, a separator, the name on a line and the arguments in a code fence (V3, R1), or
/// the name, a separator and the arguments (V3.1).</summary>
internal sealed class DeepSeekReader(BlockContext context) : IBlockReader
{
    public const string CallsBegin = "<｜tool▁calls▁begin｜>";
    public const string CallBegin = "<｜tool▁call▁begin｜>";
    public const string Separator = "<｜tool▁sep｜>";
    public const string CallEnd = "<｜tool▁call▁end｜>";
    public const string CallsEnd = "<｜tool▁calls▁end｜>";

    private const string Kind = "function" + Separator;

    private static readonly NamedCallStyle OnLine = new() { HeaderEnd = "\n", End = CallEnd };
    private static readonly NamedCallStyle Plain = new() { HeaderEnd = Separator, End = CallEnd };

    private NamedCallReader? _call;

    /// <inheritdoc/>
    public BlockState Read(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, out int taken)
    {
        taken = 0;
        if (_call is null)
        {
            var isKind = text.StartsWith(Kind, StringComparison.Ordinal);
            if (!isKind && TagSearch.MayStart(text, Kind, isFinal))
            {
                return BlockState.Open;
            }

            taken = isKind ? Kind.Length : 0;
            _call = new NamedCallReader(isKind ? OnLine : Plain, context);
        }

        var state = _call.Read(text[taken..], isFinal, output, out var read);
        taken += read;
        return state;
    }

    /// <inheritdoc/>
    public BlockState End(ReplyWriter output) => _call?.End(output) ?? BlockState.Closed;
}
