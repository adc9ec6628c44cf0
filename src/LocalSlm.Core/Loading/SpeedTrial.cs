namespace LocalSlm.Loading;

/// <summary>Computes a few tokens and tells how fast that was. Blocks: it belongs on a thread of its own.</summary>
internal static class SpeedTrial
{
    /// <summary>The tokens of the prompt that is timed, and of one that is computed before: devices compile what they need for a shape when
    /// they first see it.</summary>
    public const int PromptTokens = 128;

    /// <summary>The tokens that are generated.</summary>
    public const int ReplyTokens = 16;

    /// <summary>How many tokens of the prompt are computed at once, between two looks at the clock.</summary>
    private const int ChunkTokens = 64;

    /// <summary>The tokens that are generated before the clock runs.</summary>
    private const int WarmTokens = 2;

    /// <summary>How long a trial may take. What was computed until then counts.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Measures a chat model. Its memory is empty afterwards.</summary>
    /// <exception cref="ModelLoadException">The device cannot compute, or not one part of the prompt in time.</exception>
    public static MeasuredSpeed Measure(
        IRuntimeModel model,
        string device,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var run = new Run(model, device, clock, cancellationToken);
        try
        {
            run.Warm();
            return new MeasuredSpeed(run.MeasurePrompt(), run.MeasureReply());
        }
        finally
        {
            model.Decoder.CutBack(0, 0);
        }
    }

    /// <summary>Measures an embedding model.</summary>
    /// <exception cref="InferenceException">The device cannot compute.</exception>
    public static MeasuredSpeed Measure(
        IRuntimeEmbedder embedder,
        string device,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var dimensions =
            embedder.Facts.Embedding?.Dimensions
            ?? throw new ModelLoadException(embedder.Facts.Path, $"{device} gives no vectors.");
        var length = Math.Min(ChunkTokens, embedder.MaxTokens);
        var tokens = OrdinaryTokens(embedder.Tokenizer, length);
        var vectors = new float[dimensions];
        var pooling = embedder.Facts.Embedding.Pooling ?? EmbeddingPooling.Mean;
        embedder.Embed(tokens, [length], pooling, vectors, cancellationToken);

        var started = clock.GetTimestamp();
        var computed = 0;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            embedder.Embed(tokens, [length], pooling, vectors, cancellationToken);
            computed += length;
        } while (computed < PromptTokens && clock.GetElapsedTime(started) < Limit);

        return new MeasuredSpeed(Rate(computed, clock.GetElapsedTime(started)), 0);
    }

    /// <summary>Takes tokens that stand for text: what they say does not matter for the speed.</summary>
    private static int[] OrdinaryTokens(ITokenizer tokenizer, int count)
    {
        var ordinary = Enumerable
            .Range(0, tokenizer.VocabularySize)
            .Where(token => !tokenizer.IsControl(token) && !tokenizer.IsEndOfGeneration(token))
            .Take(count)
            .ToArray();
        if (ordinary.Length == 0)
        {
            ordinary = [0];
        }

        var tokens = new int[count];
        for (var i = 0; i < count; i++)
        {
            tokens[i] = ordinary[i % ordinary.Length];
        }

        return tokens;
    }

    /// <summary>A clock may stand still over so short a time.</summary>
    private static double Rate(int tokens, TimeSpan time) => tokens / Math.Max(time.TotalSeconds, 1e-6);

    private sealed class Run
    {
        private readonly IRuntimeModel _model;
        private readonly string _device;
        private readonly TimeProvider _clock;
        private readonly CancellationToken _cancellationToken;
        private readonly DecodeBatch _batch;
        private readonly int[] _tokens;
        private readonly int _chunk;
        private readonly long _started;
        private int _length;

        public Run(IRuntimeModel model, string device, TimeProvider clock, CancellationToken cancellationToken)
        {
            _model = model;
            _device = device;
            _clock = clock;
            _cancellationToken = cancellationToken;
            _started = clock.GetTimestamp();
            var capabilities = model.Decoder.Capabilities;
            _chunk = Math.Min(ChunkTokens, capabilities.BatchTokens);
            _batch = new DecodeBatch(_chunk, 1);

            // Room for the reply, and for one token that nothing is generated for.
            var most = Math.Min(capabilities.SequenceTokens, capabilities.TotalTokens) - WarmTokens - ReplyTokens - 1;
            _tokens = OrdinaryTokens(model.Tokenizer, Math.Clamp(most, 1, PromptTokens));
        }

        private bool IsLate => _clock.GetElapsedTime(_started) >= Limit;

        public void Warm()
        {
            Compute(_tokens.AsSpan(0, Math.Min(_chunk, _tokens.Length)));
            for (var i = 0; i < WarmTokens && !IsLate; i++)
            {
                Compute(_tokens.AsSpan(0, 1));
            }

            _model.Decoder.CutBack(0, 0);
            _length = 0;
        }

        public double MeasurePrompt()
        {
            var started = _clock.GetTimestamp();
            do
            {
                Compute(_tokens.AsSpan(_length, Math.Min(_chunk, _tokens.Length - _length)));
            } while (_length < _tokens.Length && !IsLate);

            return Rate(_length, _clock.GetElapsedTime(started));
        }

        public double MeasureReply()
        {
            var started = _clock.GetTimestamp();
            var count = 0;
            do
            {
                Compute(_tokens.AsSpan(count % _tokens.Length, 1));
                count++;
            } while (count < ReplyTokens && !IsLate);

            return Rate(count, _clock.GetElapsedTime(started));
        }

        private void Compute(ReadOnlySpan<int> tokens)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            _batch.Clear();
            _batch.Add(0, _length, tokens, 1);
            _model.Decoder.Decode(_batch, _cancellationToken);
            _cancellationToken.ThrowIfCancellationRequested();
            if (_batch.Statuses[0] != DecodeStatus.Done)
            {
                var reason = $"It cannot compute: {_batch.Statuses[0]}. {_model.Decoder.DeviceFailure}".TrimEnd();
                throw new ModelLoadException(
                    _model.Facts.Path,
                    $"{_device} cannot compute.",
                    failedDevices: [new DeviceAttempt(_device, reason)]
                );
            }

            // A device may work on until somebody looks at the result.
            _ = _model.Decoder.GetLogits(0)[0];
            _length += tokens.Length;
        }
    }
}
