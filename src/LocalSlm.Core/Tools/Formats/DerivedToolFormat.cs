using System.Buffers;

namespace LocalSlm.Tools;

/// <summary>Derives a format from what a chat template renders for sample calls, for models that are not known by name.</summary>
internal static class DerivedToolFormat
{
    /// <summary>The name of a derived format.</summary>
    public const string Name = "derived";

    private static readonly SearchValues<char> NotInNames = SearchValues.Create("{}<>\"\n");

    /// <summary>Derives the format.</summary>
    /// <param name="render">Renders with the template.</param>
    /// <returns>The format; <see langword="null"/> if the template renders no calls, or not as a name followed by arguments in JSON
    /// with fixed texts around them.</returns>
    public static ToolFormat? TryDerive(TemplateRenderer render)
    {
        if (RenderedCalls.Read(render) is not { } rendered || HoldsId(rendered))
        {
            return null;
        }

        var layout = ToLayout(rendered);
        return Markers(layout) is { } markers
            ? new JsonToolFormat(Name)
            {
                Layout = layout,
                Beginnings = [Beginning(layout)],
                ArgumentsInHistory = rendered.ArgumentsAsText ? ArgumentsForm.Text : ArgumentsForm.Object,
                Syntax = new ReplySyntax { Reasoning = ReasoningTags.Think, Markers = markers },
            }
            : null;
    }

    /// <summary>Splits what was rendered into what stands around all calls and what stands around each.</summary>
    internal static JsonCallLayout ToLayout(RenderedCalls rendered)
    {
        string open = rendered.Open.TrimStart();
        string close = rendered.Close.TrimEnd();
        if (rendered.Between is not { } between)
        {
            return Layout("", open, rendered.Middle, close, separator: null, "");
        }

        string callClose = close[..close.AsSpan().CommonPrefixLength(between)];
        string rest = between[callClose.Length..];
        int shared = 0;
        while (shared < Math.Min(open.Length, rest.Length) && open[^(shared + 1)] == rest[^(shared + 1)])
        {
            shared++;
        }

        return Layout(
            open[..^shared],
            open[^shared..],
            rendered.Middle,
            callClose,
            rest[..^shared],
            close[callClose.Length..]
        );
    }

    private static JsonCallLayout Layout(
        string blockOpen,
        string callOpen,
        string middle,
        string callClose,
        string? separator,
        string blockClose
    ) =>
        new()
        {
            BlockOpen = blockOpen,
            CallOpen = callOpen,
            Middle = middle,
            CallClose = callClose,
            Separator = separator,
            BlockClose = blockClose,
            Markers =
            [
                .. new[] { blockOpen, callOpen, middle, callClose, blockClose }
                    .SelectMany(MarkedText.FindTokens)
                    .Distinct(),
            ],
        };

    // An id that differs from call to call is no fixed text; a grammar with the sample's would force it on every call.
    private static bool HoldsId(RenderedCalls rendered) =>
        new[] { rendered.Open, rendered.Middle, rendered.Close, rendered.Between ?? "" }.Any(static text =>
            text.Contains(SampleCall.First.Id, StringComparison.Ordinal)
            || text.Contains(SampleCall.Second.Id, StringComparison.Ordinal)
        );

    /// <summary>Makes the markers by which replies are read.</summary>
    private static List<ReplyMarker>? Markers(JsonCallLayout layout)
    {
        string block = layout.BlockOpen.Trim();
        string open = layout.BlockOpen + layout.CallOpen;
        int json = JsonStart(open);
        if (json >= 0)
        {
            if (open.LastIndexOf('{') < layout.BlockOpen.Length)
            {
                // The calls differ before their names, by a number for one: there is no text that begins each.
                return null;
            }

            string lead = open[..json].Trim();
            string call = layout.CallOpen[..Math.Max(0, json - layout.BlockOpen.Length)].Trim();
            string end = (layout.CallClose + layout.BlockClose).TrimStart('}', ']', ' ', '\n').TrimEnd();
            return call.Length > 0 && block.Length > 0
                    ? [Json(call, layout.CallClose.TrimStart('}', ']', ' ', '\n').TrimEnd()), .. Around(layout)]
                : lead.Length > 0 ? [Json(lead, end), .. Ends(end)]
                : end.Length == 0 ? [.. JsonToolFormats.BareMarkers]
                : null;
        }

        string opening = layout.CallOpen.Trim();
        string middle = layout.Middle.Trim();
        string close = layout.CallClose.Trim();
        var style = new NamedCallStyle
        {
            HeaderEnd = middle,
            End = close.Length == 0 ? null : close,
            ReadHeader = ReadName,
            NeedsObject = true,
        };
        return opening.Length == 0 || middle.Length == 0
            ? null
            :
            [
                new ReplyMarker(opening, MarkerEffect.Call)
                {
                    InReasoning = true,
                    Reader = context => new NamedCallReader(style, context),
                },
                .. Around(layout),
            ];
    }

    /// <summary>Gives where the JSON of a call begins; −1 if its name does not stand in JSON.</summary>
    private static int JsonStart(string open)
    {
        int brace = open.LastIndexOf('{');
        if (brace < 0 || !open.EndsWith('"'))
        {
            return -1;
        }

        int before = open.AsSpan(0, brace).TrimEnd().Length - 1;
        return before >= 0 && open[before] == '[' ? before : brace;
    }

    // What stands there is the name alone: a text with other marks in it is none.
    private static CallHeader? ReadName(string text) =>
        text.AsSpan().ContainsAny(NotInNames) ? null : new CallHeader(text);

    private static ReplyMarker Json(string marker, string end) =>
        JsonToolFormats.Marker(marker, new JsonCallStyle { End = end.Length == 0 ? null : end });

    private static IEnumerable<ReplyMarker> Around(JsonCallLayout layout) =>
        Ends(layout.BlockOpen.Trim())
            .Concat(Ends(layout.BlockClose.Trim()))
            .Concat(Ends(layout.CallClose.TrimStart('}', ' ', '\n').Trim()));

    private static IEnumerable<ReplyMarker> Ends(string text) =>
        text.Length < 4 ? [] : [new ReplyMarker(text, MarkerEffect.Drop) { OnlyWithTools = true }];

    private static CallBeginning Beginning(JsonCallLayout layout)
    {
        string open = layout.BlockOpen + layout.CallOpen;
        int json = JsonStart(open);
        string trigger = open[..(json < 0 ? open.Length : json)].TrimEnd();
        return trigger.Length == 0
            ? new CallBeginning(open, "", AtStart: true)
            : new CallBeginning(trigger, open[trigger.Length..]);
    }
}
