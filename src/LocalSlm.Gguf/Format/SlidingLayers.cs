namespace LocalSlm.Gguf.Format;

/// <summary>Which layers of a model look back a window only, and so keep a cache of its size (src/models of llama.cpp v0.4.0: the
/// patterns that are set where a file names none).</summary>
internal sealed class SlidingLayers
{
    private readonly GgufValue? _marks;
    private readonly long _period;
    private readonly bool _wideFirst;
    private readonly bool _slides;

    public SlidingLayers(GgufFile file, string architecture, int layerCount)
    {
        var window = file.FindInteger($"{architecture}.attention.sliding_window");
        (_period, _wideFirst) = architecture switch
        {
            "gemma2" or "gpt-oss" => (2, false),
            "gemma3" => (6, false),
            "gemma3n" => (5, false),
            "cohere2" or "exaone-moe" or "olmo2" or "afmoe" or "mellum" or "muse-glimmer" or "llama4" => (4, false),
            "exaone4" => (layerCount == 64 ? 4 : 1, false),
            "plamo3" => (8, false),
            "smallthinker" or "cohere2moe" or "laguna" => (4, true),

            // Others have no pattern of their own; a file's marks alone tell.
            _ => (1, false),
        };
        var pattern = file.Find($"{architecture}.attention.sliding_window_pattern");
        if (pattern is { IsArray: true })
        {
            _marks = pattern;
        }
        else if (pattern?.AsInteger() is >= 0 and var period && _period > 1)
        {
            _period = period;
        }

        // The library ignores the window of Phi-3 models.
        _slides = architecture != "phi3" && (window > 0 || (window is null && architecture is "llama4" or "exaone4"));
    }

    /// <summary>Whether a layer slides.</summary>
    public bool Contains(int layer)
    {
        if (!_slides)
        {
            return false;
        }

        if (_marks is { } marks)
        {
            return layer < marks.Count && (marks.IntegerAt(layer) ?? marks.Payload.Span[layer]) != 0;
        }

        return _period == 0 || (_wideFirst ? layer % _period != 0 : layer % _period < _period - 1);
    }
}
