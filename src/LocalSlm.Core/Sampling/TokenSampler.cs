namespace LocalSlm.Sampling;

/// <summary>Chooses tokens for one request. Its state is a value: the recent tokens and the random numbers' state. Not safe for
/// concurrent use; different samplers may be used on different threads.</summary>
/// <remarks>The steps mean what they mean in llama.cpp; their order is that of <see cref="SamplingSettings"/>.</remarks>
internal sealed class TokenSampler
{
    private readonly SamplingSettings _settings;
    private readonly int _vocabularySize;
    private readonly KeyValuePair<int, float>[] _bias;
    private readonly TokenWindow? _window;
    private RandomStream _random;

    /// <exception cref="ArgumentOutOfRangeException">A setting is not a number, or outside its range.</exception>
    public TokenSampler(SamplingSettings settings, int vocabularySize)
    {
        SamplingGuard.Check(settings, vocabularySize);
        _settings = settings;
        _vocabularySize = vocabularySize;
        _bias = settings.LogitBias is null ? [] : [.. settings.LogitBias];
        _random = new RandomStream(settings.Seed);
        if (RepetitionPenalty.IsActive(settings) || DryPenalty.IsActive(settings))
        {
            _window = new TokenWindow(settings.PenaltyWindowTokens);
        }
    }

    private TokenSampler(TokenSampler other)
    {
        _settings = other._settings;
        _vocabularySize = other._vocabularySize;
        _bias = other._bias;
        _window = other._window?.Clone();
        _random = other._random;
    }

    /// <summary>Adds a token to what the penalties look at.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in the vocabulary.</exception>
    public void Accept(int token)
    {
        SamplingGuard.Token(token, _vocabularySize);
        _window?.Add(token);
    }

    /// <summary>Adds a prompt to what the penalties look at; only its end, as long as the window, is read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A token of it is not in the vocabulary.</exception>
    public void AcceptPrompt(ReadOnlySpan<int> tokens)
    {
        if (_window is null)
        {
            return;
        }

        int window = _settings.PenaltyWindowTokens;
        foreach (int token in tokens.Length > window ? tokens[^window..] : tokens)
        {
            Accept(token);
        }
    }

    /// <summary>Chooses a token among all.</summary>
    /// <param name="logits">One logit for each token of the vocabulary; changed.</param>
    /// <exception cref="InvalidOperationException">Every logit is negative infinity or NaN.</exception>
    public int Sample(Span<float> logits) => Sample(logits, default);

    /// <summary>Chooses a token among those allowed.</summary>
    /// <param name="logits">One logit for each token of the vocabulary; changed.</param>
    /// <param name="allowed">A bit for each token, the lowest bit of the first word for token 0; empty for all tokens.</param>
    /// <exception cref="InvalidOperationException">Every logit is negative infinity or NaN, or not allowed.</exception>
    public int Sample(Span<float> logits, ReadOnlySpan<ulong> allowed)
    {
        Adjust(logits, allowed);
        return SampleAgain(logits);
    }

    /// <summary>Chooses a token anew from logits that <see cref="Sample(Span{float})"/> has worked on already, after some were set to
    /// negative infinity.</summary>
    /// <param name="logits">The logits; changed.</param>
    /// <exception cref="InvalidOperationException">Every logit is negative infinity or NaN.</exception>
    public int SampleAgain(Span<float> logits) =>
        _settings.Temperature == 0
            ? LogitSpan.IndexOfMax(logits)
            : Select(logits).Draw(_settings.Temperature, _random.NextDouble());

    /// <summary>Lets the penalties look at these tokens and no others.</summary>
    /// <param name="tokens">The prompt and what was generated.</param>
    /// <exception cref="ArgumentOutOfRangeException">A token of them is not in the vocabulary.</exception>
    public void Replay(ReadOnlySpan<int> tokens)
    {
        _window?.Clear();
        AcceptPrompt(tokens);
    }

    public TokenSampler Clone() => new(this);

    /// <summary>Applies bias, mask and penalties.</summary>
    internal void Adjust(Span<float> logits, ReadOnlySpan<ulong> allowed)
    {
        if (logits.Length != _vocabularySize)
        {
            throw new ArgumentException(
                $"There are {logits.Length} logits; the vocabulary holds {_vocabularySize} tokens.",
                nameof(logits)
            );
        }

        foreach ((int token, float bias) in _bias)
        {
            logits[token] += bias;
        }

        if (!allowed.IsEmpty)
        {
            LogitSpan.Mask(logits, allowed);
        }

        if (_window is null)
        {
            return;
        }

        if (RepetitionPenalty.IsActive(_settings))
        {
            RepetitionPenalty.Apply(logits, _window, _settings);
        }

        if (DryPenalty.IsActive(_settings))
        {
            DryPenalty.Apply(logits, _window, _settings);
        }
    }

    /// <summary>Gives the tokens that top-k, typical-p, top-p and min-p leave; valid until the thread's next call.</summary>
    internal CandidateSet Select(Span<float> logits)
    {
        CandidateSet candidates = CandidateSet.Current;
        candidates.Fill(logits, _settings);
        return candidates;
    }
}
