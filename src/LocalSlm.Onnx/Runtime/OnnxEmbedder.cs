using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using LocalSlm.Embeddings;
using LocalSlm.Hardware;
using LocalSlm.Onnx.Format;
using LocalSlm.Onnx.Interop;
using LocalSlm.Placement;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Runtime;

/// <summary>An embedding model on ONNX Runtime. Texts are padded on the right to the longest of a batch, and padding takes no part in
/// pooling.</summary>
internal sealed unsafe class OnnxEmbedder : IRuntimeEmbedder
{
    private readonly OnnxSession _session;
    private readonly EncoderGraph _graph;
    private readonly ProcessorUse _processor;
    private readonly RunOptions _runOptions = new();
    private readonly NativeBuffer[] _inputs;
    private readonly NativeBuffer _output;
    private readonly List<OrtValue> _emptyCaches = [];
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly OrtValue[] _inputValues;
    private readonly OrtValue[] _outputValues = new OrtValue[1];
    private readonly int _padToken;
    private readonly int _cells;
    private float[] _widened = [];
    private int _cachedTexts;
    private bool _disposed;

    public OnnxEmbedder(OnnxModelFiles files, OnnxSession session, EmbeddingLoadOptions options, ITokenizer tokenizer)
    {
        _session = session;
        _graph = EncoderGraph.Read(files, session.Session);
        Tokenizer = tokenizer;
        var known = files.Facts.Embedding!;
        Facts = files.Facts with { Embedding = known with { Dimensions = _graph.Dimensions } };
        var most = _graph.FixedLength > 0 ? Math.Min(_graph.FixedLength, known.MaxTokens) : known.MaxTokens;
        if (options.MaxTokens > most)
        {
            throw new ArgumentException(
                $"MaxTokens is {options.MaxTokens}; the model takes {most}. Lower it, or leave it out.",
                nameof(options)
            );
        }

        MaxTokens = options.MaxTokens ?? Math.Min(most, EmbeddingWishes.DefaultMaxTokens);
        BatchTexts = _graph.FixedTexts > 0 ? Math.Min(_graph.FixedTexts, options.BatchTexts) : options.BatchTexts;
        BatchTokens = options.Load.BatchTokens;
        _padToken = files.PadToken ?? 0;

        // One text may be longer than a batch of several; a graph of fixed shape is always given all of it.
        _cells = Math.Max(Math.Max(BatchTokens, MaxTokens), _graph.FixedTexts * _graph.FixedLength);
        _cells = Math.Max(_cells, Math.Max(_graph.FixedTexts, 1) * Math.Max(_graph.FixedLength, MaxTokens));
        _inputs =
        [
            .. _graph.TokenInputs.Select(input =>
                NativeBuffer.Allocate((long)_cells * ElementSize.Of(input.ElementType))
            ),
        ];
        _output = NativeBuffer.Allocate(
            (long)(_graph.PoolsItself ? Math.Max(BatchTexts, _graph.FixedTexts) : _cells)
                * _graph.Dimensions
                * ElementSize.Of(_graph.OutputType)
        );
        _inputNames =
        [
            .. _graph.TokenInputs.Select(static input => input.Name),
            .. _graph.Caches.SelectMany(static cache => new[] { cache.PastKey, cache.PastValue }),
        ];
        _outputNames = [_graph.Output];
        _inputValues = new OrtValue[_inputNames.Length];
        _processor = new ProcessorUse(session);
    }

    public ModelFacts Facts { get; }

    public ITokenizer Tokenizer { get; }

    public string Device => _session.Device;

    public string RuntimeVersion => _session.RuntimeVersion;

    public int Threads => _session.Threads;

    public int MaxTokens { get; }

    public int BatchTexts { get; }

    public int BatchTokens { get; }

    public bool PadsBatches => true;

    public IReadOnlyList<DeviceAttempt> FailedDevices { get; init; } = [];

    public string? DeviceFailure { get; private set; }

    public void Embed(
        ReadOnlySpan<int> tokens,
        ReadOnlySpan<int> lengths,
        EmbeddingPooling pooling,
        Span<float> vectors,
        CancellationToken cancellationToken
    )
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        var longest = Check(tokens, lengths);
        var length = _graph.FixedLength > 0 ? _graph.FixedLength : longest;
        var texts = _graph.FixedTexts > 0 ? _graph.FixedTexts : lengths.Length;
        if ((long)texts * length > _cells)
        {
            throw new ArgumentException(
                $"{texts} texts of up to {length} tokens make {(long)texts * length}; at most {_cells} are computed together."
            );
        }

        Write(tokens, lengths, texts, length);
        if (!ProcessExitGate.TryEnter())
        {
            throw new InferenceException(ModelName, "the process ends.");
        }

        _processor.Begin();
        var registration = cancellationToken.UnsafeRegister(
            static options => ((RunOptions)options!).Terminate = true,
            _runOptions
        );
        try
        {
            Bind(texts, length);
            _session.Session.Run(_runOptions, _inputNames, _inputValues, _outputNames, _outputValues);
            RunFaults.AfterRun();
        }
        catch (OnnxRuntimeException error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_session.Accelerator is { } accelerator)
            {
                DeviceFailure = $"ONNX Runtime failed on {accelerator}: {error.Message}";
            }

            throw new InferenceException(ModelName, $"ONNX Runtime failed: {error.Message}", error);
        }
        finally
        {
            // Waits for the callback if it runs just now: the next batch must not be ended by it.
            registration.Dispose();
            if (cancellationToken.IsCancellationRequested)
            {
                _runOptions.Terminate = false;
            }

            Unbind();
            _processor.End();
            ProcessExitGate.Leave();
        }

        Pool(lengths, length, pooling, vectors);
    }

    /// <summary>Computes one vector, so that a graph which does not work as it says, or not on this device, fails while it is
    /// loaded.</summary>
    /// <returns>Why it does not serve, or <see langword="null"/>.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public string? FindProblem(CancellationToken cancellationToken)
    {
        var vector = new float[_graph.Dimensions];
        try
        {
            Embed([_padToken], [1], EmbeddingPooling.Mean, vector, cancellationToken);
        }
        catch (InferenceException error)
        {
            return $"A first vector could not be computed: {error.InnerException?.Message ?? error.Message}";
        }

        return Array.TrueForAll(vector, float.IsFinite)
            ? null
            : "Its first vector holds what is no number. Its weights are damaged, or the device computes this graph wrongly; try another device.";
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        foreach (var cache in _emptyCaches)
        {
            cache.Dispose();
        }

        _runOptions.Dispose();
        _processor.Dispose();
        _session.Dispose();
        foreach (var buffer in _inputs)
        {
            buffer.Dispose();
        }

        _output.Dispose();
    }

    private string ModelName => Facts.Name ?? Facts.Path;

    /// <summary>Checks the texts; ids that the graph does not have would be read from beyond its tables.</summary>
    /// <returns>The length of the longest.</returns>
    private int Check(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
    {
        if (lengths.Length < 1 || lengths.Length > BatchTexts)
        {
            throw new ArgumentException($"There are {lengths.Length} texts; 1 to {BatchTexts} are computed together.");
        }

        var longest = 0;
        var total = 0;
        foreach (var length in lengths)
        {
            if (length < 1 || length > MaxTokens)
            {
                throw new ArgumentException($"A text has {length} tokens; 1 to {MaxTokens} are taken.");
            }

            longest = Math.Max(longest, length);
            total += length;
        }

        if (total != tokens.Length)
        {
            throw new ArgumentException($"There are {tokens.Length} tokens; the lengths say {total}.");
        }

        var vocabulary = Facts.VocabularySize;
        foreach (var token in tokens)
        {
            if (token < 0 || (vocabulary > 0 && token >= vocabulary))
            {
                throw new InferenceException(
                    ModelName,
                    $"the tokenizer gave token {token}, but the model knows 0 to {vocabulary - 1}. Its files do not belong together; "
                        + "get the folder whole."
                );
            }
        }

        return longest;
    }

    private void Write(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, int texts, int length)
    {
        for (var input = 0; input < _inputs.Length; input++)
        {
            var (_, role, type) = _graph.TokenInputs[input];
            if (type == TensorElementType.Int64)
            {
                Write(new Span<long>(_inputs[input].Start, texts * length), role, tokens, lengths, texts, length);
            }
            else
            {
                Write(new Span<int>(_inputs[input].Start, texts * length), role, tokens, lengths, texts, length);
            }
        }
    }

    private void Write<T>(
        Span<T> values,
        EncoderInputRole role,
        ReadOnlySpan<int> tokens,
        ReadOnlySpan<int> lengths,
        int texts,
        int length
    )
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        values.Clear();
        for (var text = 0; text < texts; text++)
        {
            // A graph that demands more texts than there are gets the first one again.
            var own = text < lengths.Length ? lengths[text] : lengths[0];
            var first = text < lengths.Length ? Sum(lengths[..text]) : 0;
            var row = values.Slice(text * length, length);
            for (var i = 0; i < length; i++)
            {
                row[i] = role switch
                {
                    EncoderInputRole.Ids => T.CreateTruncating(i < own ? tokens[first + i] : _padToken),
                    EncoderInputRole.Mask => i < own ? T.One : T.Zero,
                    EncoderInputRole.Positions => T.CreateTruncating(i),
                    _ => T.Zero,
                };
            }
        }
    }

    private static int Sum(ReadOnlySpan<int> lengths) => TensorPrimitives.Sum(lengths);

    private void Bind(int texts, int length)
    {
        var next = 0;
        foreach (var input in _graph.TokenInputs)
        {
            _inputValues[next] = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance,
                input.ElementType,
                [texts, length],
                (nint)_inputs[next].Start,
                (long)texts * length * ElementSize.Of(input.ElementType)
            );
            next++;
        }

        if (_cachedTexts != texts)
        {
            MakeEmptyCaches(texts);
        }

        foreach (var cache in _emptyCaches)
        {
            _inputValues[next++] = cache;
        }

        long[] shape = _graph.PoolsItself ? [texts, _graph.Dimensions] : [texts, length, _graph.Dimensions];
        _outputValues[0] = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance,
            _graph.OutputType,
            shape,
            (nint)_output.Start,
            TensorPrimitives.Product<long>(shape) * ElementSize.Of(_graph.OutputType)
        );
    }

    private void MakeEmptyCaches(int texts)
    {
        foreach (var cache in _emptyCaches)
        {
            cache.Dispose();
        }

        _emptyCaches.Clear();
        foreach (var cache in _graph.Caches)
        {
            foreach (var width in (ReadOnlySpan<int>)[cache.KeyWidth, cache.ValueWidth])
            {
                _emptyCaches.Add(
                    OrtValue.CreateAllocatedTensorValue(
                        OrtAllocator.DefaultInstance,
                        cache.ElementType,
                        [texts, cache.Heads, 0, width]
                    )
                );
            }
        }

        _cachedTexts = texts;
    }

    private void Unbind()
    {
        for (var i = 0; i < _graph.TokenInputs.Count; i++)
        {
            _inputValues[i]?.Dispose();
        }

        _outputValues[0]?.Dispose();
    }

    private void Pool(ReadOnlySpan<int> lengths, int length, EmbeddingPooling pooling, Span<float> vectors)
    {
        var dimensions = _graph.Dimensions;
        for (var text = 0; text < lengths.Length; text++)
        {
            var vector = vectors.Slice(text * dimensions, dimensions);
            if (_graph.PoolsItself)
            {
                Read(text * dimensions, dimensions).CopyTo(vector);
            }
            else
            {
                VectorPooling.Add(
                    Read(text * length * dimensions, lengths[text] * dimensions),
                    pooling,
                    position: 0,
                    lengths[text],
                    vector
                );
            }
        }
    }

    /// <summary>Gets values of the output, as 32-bit numbers.</summary>
    private ReadOnlySpan<float> Read(int start, int count)
    {
        if (_graph.OutputType == TensorElementType.Float)
        {
            return new ReadOnlySpan<float>((float*)_output.Start + start, count);
        }

        if (_widened.Length < count)
        {
            _widened = new float[count];
        }

        var values = _widened.AsSpan(0, count);
        var source = new ReadOnlySpan<ushort>((ushort*)_output.Start + start, count);
        if (_graph.OutputType == TensorElementType.Float16)
        {
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<ushort, Half>(source), values);
            return values;
        }

        for (var i = 0; i < count; i++)
        {
            // bfloat16 is the upper half of a 32-bit number.
            values[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
        }

        return values;
    }
}
