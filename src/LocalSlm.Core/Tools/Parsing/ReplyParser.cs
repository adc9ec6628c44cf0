using System.Text;

namespace LocalSlm.Tools;

/// <summary>The parser of every format that tells its parts apart by markers: text and reasoning stream through, blocks go to their
/// readers.</summary>
internal sealed class ReplyParser : IReplyParser
{
    private readonly ReplySyntax _syntax;
    private readonly ReplyParserInput _input;
    private readonly ReplyWriter _writer;
    private readonly StringBuilder _blockText = new();
    private readonly bool _calls;
    private string _held = "";
    private string _opened = "";
    private IBlockReader? _block;
    private bool _blockBreaksReasoning;
    private bool _brokeReasoning;
    private bool _hasCalled;

    public ReplyParser(ReplySyntax syntax, ReplyParserInput input)
    {
        _syntax = syntax;
        _input = input;
        _calls = input.Tools.Count > 0;
        _writer = new ReplyWriter { SplitsReasoning = input.SplitsReasoning };
        Begin();
    }

    /// <inheritdoc/>
    public void Append(string text, List<ReplyPart> parts)
    {
        _writer.Into(parts);
        WriteOpened();
        Read(_held.Length == 0 ? text : _held + text, isFinal: false);
    }

    /// <inheritdoc/>
    public void Complete(List<ReplyPart> parts)
    {
        _writer.Into(parts);
        WriteOpened();
        Read(_held, isFinal: true);
        if (_block is { } block)
        {
            End(block.End(_writer));
        }

        _writer.Complete();
    }

    private void Begin()
    {
        _block = _syntax.Beginning?.Invoke(new BlockContext(_input, InReasoning: false));
        if (_syntax.Reasoning is { } tags)
        {
            int open = _input.PromptEnd.LastIndexOf(tags.Open, StringComparison.Ordinal);
            if (open >= 0 && _input.PromptEnd.IndexOf(tags.Close, open, StringComparison.Ordinal) < 0)
            {
                _opened = _input.PromptEnd[open..];
                _writer.Switch(reasoning: true);
            }
        }

        if (_input.ContinuesMessage)
        {
            _writer.Continue();
        }
    }

    // A tag that the prompt has opened belongs to the text where reasoning is not told apart: else its end would stand alone.
    private void WriteOpened()
    {
        if (_opened.Length > 0 && !_input.SplitsReasoning && !_input.ContinuesMessage)
        {
            _writer.Write(_opened);
        }

        _opened = "";
    }

    private void Read(string text, bool isFinal)
    {
        int at = 0;
        while (at < text.Length)
        {
            int taken;
            if (_block is { } block)
            {
                var state = block.Read(text.AsSpan(at), isFinal, _writer, out taken);
                _blockText.Append(text, at, taken);
                at += taken;
                if (state == BlockState.Open)
                {
                    break;
                }

                End(state);
            }
            else if (!TryReadFree(text, at, isFinal, out taken))
            {
                at += taken;
                break;
            }
            else
            {
                at += taken;
            }
        }

        _held = text[at..];
    }

    /// <summary>Reads text or reasoning up to a marker and acts on it.</summary>
    /// <returns><see langword="false"/> if the rest must wait for more.</returns>
    private bool TryReadFree(string source, int start, bool isFinal, out int taken)
    {
        var text = source.AsSpan(start);
        bool inReasoning = _writer.InReasoning;
        var marker = FindMarker(text, inReasoning, isFinal && !_hasCalled, out taken);
        _writer.WriteFrom(source, start, taken);
        if (marker is null)
        {
            if (isFinal)
            {
                // Behind a call, the beginning of a mark that the token limit cut off is none of the reader's text.
                taken = text.Length;
            }

            return taken == text.Length;
        }

        Act(marker, text.Slice(taken, marker.Text.Length), inReasoning);
        taken += marker.Text.Length - marker.Overlap;
        return true;
    }

    private ReplyMarker? FindMarker(ReadOnlySpan<char> text, bool inReasoning, bool isFinal, out int index)
    {
        int from = 0;
        if (_writer.AtStart)
        {
            from = text.Length - text.TrimStart().Length;
            var first = Markers(atStart: true, inReasoning);
            if (from < text.Length && first.TryMatchAt(text[from..], isFinal, out var marker))
            {
                index = from;
                return marker;
            }
        }

        return Markers(atStart: false, inReasoning).Find(text, from, isFinal, out index);
    }

    private MarkerSet Markers(bool atStart, bool inReasoning) =>
        _syntax.MarkersFor(new MarkerChoice(atStart, inReasoning, _calls, _brokeReasoning));

    private void Act(ReplyMarker marker, ReadOnlySpan<char> text, bool inReasoning)
    {
        switch (marker.Effect)
        {
            case MarkerEffect.BeginReasoning:
                _writer.Switch(reasoning: true, text);
                break;
            case MarkerEffect.EndReasoning:
                _writer.Switch(reasoning: false, text);
                break;
            case MarkerEffect.Drop:
                _writer.Break();
                _writer.Switch(reasoning: false);
                break;
            default:
                _blockBreaksReasoning = inReasoning && marker.Effect == MarkerEffect.Call;
                _blockText.Clear().Append(text[..^marker.Overlap]);
                _block = marker.Reader!(new BlockContext(_input, inReasoning));
                break;
        }
    }

    private void End(BlockState state)
    {
        _block = null;
        if (state == BlockState.Declined)
        {
            _writer.Write(_blockText.ToString());
        }
        else if (_blockBreaksReasoning)
        {
            _hasCalled = true;

            // The model called without closing its thinking. A closing tag that still comes means nothing any more.
            _writer.Switch(reasoning: false);
            _brokeReasoning = true;
        }
        else
        {
            _hasCalled = true;
        }

        _blockText.Clear();
        _blockBreaksReasoning = false;
    }
}
