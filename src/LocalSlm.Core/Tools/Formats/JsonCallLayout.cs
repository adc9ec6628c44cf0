using System.Text;
using System.Text.Json;

namespace LocalSlm.Tools;

/// <summary>How a family writes calls whose name and arguments stand in JSON: exactly as its template renders them, white space
/// included, for that is what the model was trained on.</summary>
internal sealed record JsonCallLayout
{
    /// <summary>Stands in a text where <see cref="Blank"/> belongs.</summary>
    public const string BlankMark = "\u0001";

    /// <summary>Gets what stands before all calls of a reply, such as <c>&lt;|tool_call|&gt;[</c>.</summary>
    public string BlockOpen { get; init; } = "";

    /// <summary>Gets what stands before a call's name.</summary>
    public required string CallOpen { get; init; }

    /// <summary>Gets what stands between a call's name and its arguments.</summary>
    public required string Middle { get; init; }

    /// <summary>Gets what stands behind a call's arguments.</summary>
    public required string CallClose { get; init; }

    /// <summary>Gets what stands between two calls; <see langword="null"/> if the family makes one call at a time.</summary>
    public string? Separator { get; init; }

    /// <summary>Gets what stands behind all calls of a reply.</summary>
    public string BlockClose { get; init; } = "";

    /// <summary>Gets the parts of these texts that may be control tokens.</summary>
    public IReadOnlyList<string> Markers { get; init; } = [];

    /// <summary>Gets what the model fills in where <see cref="BlankMark"/> stands, such as an id; <see langword="null"/> if there is
    /// nothing of the kind.</summary>
    public LayoutBlank? Blank { get; init; }

    /// <summary>Writes calls.</summary>
    /// <param name="calls">The calls; at least one.</param>
    public string Write(IReadOnlyList<ParsedToolCall> calls)
    {
        var text = new StringBuilder();
        for (var i = 0; i < calls.Count; i++)
        {
            var call = calls[i];
            var open = i == 0 ? BlockOpen + CallOpen : (Separator ?? "\n") + CallOpen;
            text.Append(Filled(open, call, i)).Append(JsonEncodedText.Encode(call.Name));
            text.Append(Filled(Middle, call, i)).Append(call.Arguments).Append(Filled(CallClose, call, i));
        }

        return text.Append(Filled(BlockClose, calls[^1], calls.Count - 1)).ToString();
    }

    private string Filled(string text, ParsedToolCall call, int index) =>
        Blank is null ? text : text.Replace(BlankMark, Blank.Write(call, index), StringComparison.Ordinal);
}
