using System.Text;

namespace LocalSlm.Tools;

/// <summary>Reads the header of a message in the harmony format, up to <c>&lt;|message|&gt;</c>, and tells by it what the message is:
/// thinking (channel analysis), text (final; commentary, which tells what the model is about to do), or a call (it has a
/// recipient). A call is read to its end.</summary>
internal sealed class HarmonyReader : IBlockReader
{
    public const string Start = "<|start|>";
    public const string Channel = "<|channel|>";
    public const string Constrain = "<|constrain|>";
    public const string Message = "<|message|>";
    public const string EndOfMessage = "<|end|>";
    public const string EndOfCall = "<|call|>";

    // Longer than any header; more is not held back.
    private const int MaxLength = 512;

    private static readonly NamedCallStyle Call = new() { HeaderEnd = Message, End = EndOfCall };

    // What a reply may begin with where the prompt ends behind the role.
    private static readonly string[] Beginnings = [Channel, Start, Message, Constrain, " to=", "to="];

    private readonly BlockContext _context;
    private readonly StringBuilder _header = new();
    private readonly bool _isReply;
    private NamedCallReader? _call;

    /// <summary>Creates a reader that begins behind the role, or before it.</summary>
    public HarmonyReader(BlockContext context) => _context = context;

    private HarmonyReader(BlockContext context, string header, bool isReply)
        : this(context)
    {
        _ = _header.Append(header);
        _isReply = isReply;
    }

    /// <summary>Creates the reader of a reply, which begins where the prompt ends: within a header, or within a message whose header
    /// the prompt holds.</summary>
    public static HarmonyReader? AtBeginning(BlockContext context)
    {
        var prompt = context.Input.PromptEnd;
        var start = prompt.LastIndexOf(Start, StringComparison.Ordinal);
        if (start < 0)
        {
            return new HarmonyReader(context, "", isReply: true);
        }

        var header = prompt[(start + Start.Length)..];
        var message = header.IndexOf(Message, StringComparison.Ordinal);
        return message < 0
            ? new HarmonyReader(context, header, isReply: header is "" or "assistant")
            : new HarmonyReader(context, header[..(message + Message.Length)], isReply: false);
    }

    /// <inheritdoc/>
    public BlockState Read(ReadOnlySpan<char> text, bool isFinal, ReplyWriter output, out int taken)
    {
        taken = 0;
        if (_call is null && !EndsHeader(_header))
        {
            if (_isReply && !MayBegin(text))
            {
                return BlockState.Declined;
            }

            var length = text.IndexOf(Message, StringComparison.Ordinal);
            if (length < 0 && text.Length < MaxLength + Message.Length)
            {
                taken = isFinal ? text.Length : 0;
                return BlockState.Open;
            }

            if (length is < 0 or > MaxLength)
            {
                // It is no header. What begins it is text, or it would be taken for a header again.
                taken = 1;
                return BlockState.Declined;
            }

            taken = length + Message.Length;
            _ = _header.Append(text[..taken]);
        }

        if (_call is null && !TryBeginCall(output))
        {
            return BlockState.Closed;
        }

        var state = _call!.Read(text[taken..], isFinal, output, out var read);
        taken += read;
        return state;
    }

    /// <inheritdoc/>
    public BlockState End(ReplyWriter output) => _call?.End(output) ?? BlockState.Closed;

    private static bool EndsHeader(StringBuilder header) =>
        header.Length >= Message.Length && header.ToString(header.Length - Message.Length, Message.Length) == Message;

    private static bool MayBegin(ReadOnlySpan<char> text)
    {
        foreach (var beginning in Beginnings)
        {
            if (TagSearch.MayStart(text, beginning, isFinal: false))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Acts on a header that is complete.</summary>
    /// <returns>Whether it begins a call.</returns>
    private bool TryBeginCall(ReplyWriter output)
    {
        var header = _header.ToString();
        var channelAt = header.LastIndexOf(Channel, StringComparison.Ordinal);
        var channel = channelAt < 0 ? "" : Word(header, channelAt + Channel.Length);
        var recipientAt = header.IndexOf("to=", StringComparison.Ordinal);
        var recipient = recipientAt < 0 ? "" : Word(header, recipientAt + "to=".Length);
        var isCall = recipient is not ("" or "assistant" or "user" or "all");
        if (isCall && _context.Input.Tools.Count > 0)
        {
            const string Functions = "functions.";
            var name = recipient.StartsWith(Functions, StringComparison.Ordinal)
                ? recipient[Functions.Length..]
                : recipient;
            output.Switch(reasoning: false);
            _call = new NamedCallReader(Call, _context, new CallHeader(name));
            return true;
        }

        // A call of a tool that nobody offered is the model's own affair, as its thinking is.
        var isThinking = isCall || channel == "analysis";
        output.Switch(isThinking, isThinking ? $"{Channel}{channel}{Message}" : "");
        return false;
    }

    private static string Word(string header, int start)
    {
        var end = header.AsSpan(start).IndexOfAny(' ', '<', '\n');
        return end < 0 ? header[start..] : header.Substring(start, end);
    }
}
