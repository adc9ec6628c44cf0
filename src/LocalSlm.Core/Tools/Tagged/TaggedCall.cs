using System.Text;

namespace LocalSlm.Tools;

/// <summary>A call whose arguments come one by one.</summary>
/// <param name="name">The tool's name.</param>
/// <param name="tool">The tool; <see langword="null"/> if the request has none of that name.</param>
internal sealed class TaggedCall(string name, ToolDescription? tool)
{
    private readonly StringBuilder _json = new("{");
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private string? _problem;

    /// <summary>Notes what is wrong; the first counts.</summary>
    public void Fail(string problem) => _problem ??= problem;

    /// <summary>Adds an argument.</summary>
    /// <param name="header">Its name, and the attribute behind it if there may be one.</param>
    /// <param name="value">What the model wrote.</param>
    /// <param name="tellsStrings">Whether an attribute tells strings from JSON.</param>
    public void Add(string header, string value, bool tellsStrings)
    {
        var kinds = tellsStrings ? TakeKinds(ref header) : null;
        if (!_names.Add(header))
        {
            Fail($"The argument '{header}' stands there twice.");
            return;
        }

        if (_names.Count > 1)
        {
            _ = _json.Append(", ");
        }

        JsonValues.AppendString(_json, header);
        _ = _json.Append(": ");
        if (kinds is { } told)
        {
            TypedText.Append(_json, value, told);
        }
        else
        {
            TypedText.Append(_json, value, tool, header);
        }
    }

    /// <summary>Ends the call.</summary>
    /// <param name="stray">What stood between the arguments.</param>
    public ParsedToolCall ToCall(string stray)
    {
        stray = stray.Trim();
        if (stray.Length > 0 && _names.Count == 0 && JsonValues.KindOf(stray) == JsonKinds.Object)
        {
            // Some models write the arguments as JSON between the same tags.
            return new ParsedToolCall(null, name, stray, _problem);
        }

        if (stray.Length > 0)
        {
            Fail("Text stands between the arguments.");
        }

        // What was cut off stays open, as the model left it.
        return new ParsedToolCall(
            null,
            name,
            _problem is null ? _json.Append('}').ToString() : _json.ToString(),
            _problem
        );
    }

    private static JsonKinds? TakeKinds(ref string header)
    {
        var quote = header.IndexOf('"', StringComparison.Ordinal);
        if (quote < 0)
        {
            return null;
        }

        var attributes = header[(quote + 1)..];
        header = header[..quote];
        return attributes.Contains("string=\"true\"", StringComparison.Ordinal) ? JsonKinds.String
            : attributes.Contains("string=\"false\"", StringComparison.Ordinal) ? JsonKinds.Any
            : null;
    }
}
