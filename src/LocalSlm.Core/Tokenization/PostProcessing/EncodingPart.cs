namespace LocalSlm.Tokenization.PostProcessing;

/// <summary>What a post-processor joins: the tokens of a text, or special tokens.</summary>
internal sealed class EncodingPart
{
    private readonly Encoding? _text;
    private readonly IReadOnlyList<int> _tokens;
    private readonly int? _typeId;

    private EncodingPart(Encoding? text, IReadOnlyList<int> tokens, int? typeId)
    {
        _text = text;
        _tokens = tokens;
        _typeId = typeId;
    }

    /// <summary>Gets the tokens' text, or <see langword="null"/> for special tokens.</summary>
    public Encoding? Text => _text;

    /// <summary>Makes the part of a text.</summary>
    /// <param name="text">The text's tokens.</param>
    /// <returns>The part.</returns>
    public static EncodingPart Of(Encoding text) => new(text, text.Ids, null);

    /// <summary>Makes a part of special tokens.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="typeId">Their type id.</param>
    /// <returns>The part.</returns>
    public static EncodingPart Special(IReadOnlyList<int> tokens, int typeId) => new(null, tokens, typeId);

    /// <summary>Makes the same part with another type id.</summary>
    /// <param name="typeId">The type id of all its tokens.</param>
    /// <returns>The part.</returns>
    public EncodingPart WithType(int typeId) => new(_text, _tokens, typeId);

    /// <summary>Puts the part's tokens at the end of a whole.</summary>
    /// <param name="whole">The whole.</param>
    /// <param name="withOffsets">Whether offsets are kept.</param>
    public void AppendTo(Encoding whole, bool withOffsets)
    {
        whole.Ids.AddRange(_tokens);
        if (_text is not null)
        {
            whole.SpecialMask.AddRange(_text.SpecialMask);
            whole.Texts.AddRange(_text.Texts);
            whole.Offsets.AddRange(withOffsets ? _text.Offsets : []);
        }

        for (var i = 0; i < _tokens.Count; i++)
        {
            whole.TypeIds.Add(_typeId ?? _text?.TypeIds[i] ?? 0);
            if (_text is not null)
            {
                continue;
            }

            whole.SpecialMask.Add(true);
            whole.Texts.Add(null);
            if (withOffsets)
            {
                whole.Offsets.Add(0..0);
            }
        }
    }
}
