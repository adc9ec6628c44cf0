using LocalSlm.Onnx.Format;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Finds out what a session takes and gives. What the session says is trusted over the files, which fill in what it leaves
/// open.</summary>
internal sealed class DecoderGraphReader
{
    private const string GroupQueryAttention = "com.microsoft:GroupQueryAttention";

    // Optimum and transformers.js: for how many last tokens the head is computed; whether anything is cached yet.
    private const string LogitCountName = "num_logits_to_keep";
    private const string CacheBranchName = "use_cache_branch";

    private readonly OnnxModelFiles _files;
    private readonly Dictionary<string, OnnxTensorInfo> _inputs;
    private readonly Dictionary<string, OnnxTensorInfo> _outputs;
    private readonly List<string> _disagreements = [];
    private int _fixedTokens;
    private bool _fixesBatch;

    private DecoderGraphReader(OnnxModelFiles files, InferenceSession session)
    {
        _files = files;
        _inputs = Describe(session.InputMetadata);
        _outputs = Describe(session.OutputMetadata);
    }

    /// <summary>Reads a session.</summary>
    /// <param name="files">The files it was opened from.</param>
    /// <param name="session">The session.</param>
    /// <returns>What it takes and gives.</returns>
    /// <exception cref="UnsupportedModelException">It is no decoder that can be served.</exception>
    public static DecoderGraph Read(OnnxModelFiles files, InferenceSession session) =>
        new DecoderGraphReader(files, session).Read();

    private DecoderGraph Read()
    {
        var names = _files.Names;
        var ids =
            TakeIntegers(names.InputIds)
            ?? throw Unsupported($"the session has no input '{names.InputIds}'; its inputs are {List(_inputs)}.");
        var mask = TakeIntegers(names.AttentionMask);
        var positions = TakeIntegers(names.PositionIds);
        var logitCount = _inputs.Remove(LogitCountName, out var count) ? count : null;
        var cacheBranch = _inputs.Remove(CacheBranchName, out var branch) ? branch : null;
        var logits = FindLogits();
        var kv = new List<KvTensor>(2 * _files.Caches.Count);
        foreach (var cache in _files.Caches)
        {
            kv.Add(TakeKv(cache.PastKey, cache.PresentKey, cache.Heads, cache.KeyWidth));
            kv.Add(TakeKv(cache.PastValue, cache.PresentValue, cache.Heads, cache.ValueWidth));
        }

        var states = _files.RecurrentStates.Select(TakeState).ToList();
        if (_inputs.Count > 0)
        {
            throw Unsupported($"the session wants inputs that are not known: {List(_inputs)}.");
        }

        var shares = DecideSharing();
        var vocabulary = FindVocabularySize(logits);
        return new DecoderGraph
        {
            Ids = ids,
            Mask = mask,
            Positions = positions,
            LogitCount = logitCount,
            CacheBranch = cacheBranch,
            Logits = logits,
            VocabularySize = vocabulary,
            TokenCount = Math.Min(vocabulary, _files.EmbeddingRows ?? vocabulary),
            GivesLastLogitsOnly = logits.Dimensions.Count == 2 || logits.Dimensions[1] == 1 || logitCount is not null,
            Kv = kv,
            States = states,
            SharesPastPresent = shares,
            TakesBatches = shares && kv.Count > 0 && states.Count == 0 && !_fixesBatch && ids.Dimensions[0] < 0,
            FixedTokens = _fixedTokens,
            Fingerprint = Hash(kv, states),
            Disagreements = _disagreements,
        };
    }

    /// <summary>Tells whether keys and values may be one buffer that a run appends to. GroupQueryAttention does that, and takes what is
    /// used of the buffer from the mask; other attention gives keys and values that are longer than those it took.</summary>
    public static bool Appends(OnnxModelFiles files) =>
        CanAppend(files)
        && (files.SharesPastPresent != false || files.Caches.Any(static cache => cache.FixedLength > 0));

    private static bool CanAppend(OnnxModelFiles files) =>
        files.Operators.Contains(GroupQueryAttention)
        && files.Inputs.Any(input => input.Name == files.Names.AttentionMask);

    private bool DecideSharing() =>
        _fixedTokens == 0 || CanAppend(_files)
            ? Appends(_files)
            : throw Unsupported(
                $"its cached keys have a fixed length of {_fixedTokens} tokens, but the graph has "
                    + (_files.Operators.Contains(GroupQueryAttention) ? "no attention mask" : "no GroupQueryAttention")
                    + ": there is no way to tell it how much of them is used. Export it with a cache of any length."
            );

    private OnnxTensorInfo? TakeIntegers(string name)
    {
        if (!_inputs.Remove(name, out var info))
        {
            return null;
        }

        if (!ElementSize.IsInteger(info.ElementType) || info.Dimensions.Count != 2)
        {
            throw Unsupported(
                $"its input '{name}' is {info.ElementType} with {info.Dimensions.Count} dimensions; int32 or int64 with 2 is served."
            );
        }

        return info;
    }

    private OnnxTensorInfo FindLogits()
    {
        if (!_outputs.TryGetValue(_files.Names.Logits, out var logits))
        {
            throw Unsupported($"the session has no output '{_files.Names.Logits}'; its outputs are {List(_outputs)}.");
        }

        return ElementSize.IsFloating(logits.ElementType) && logits.Dimensions.Count is 2 or 3
            ? logits
            : throw Unsupported(
                $"its logits are {logits.ElementType} with {logits.Dimensions.Count} dimensions; float32, float16 or bfloat16 with 3 is served."
            );
    }

    private int FindVocabularySize(OnnxTensorInfo logits)
    {
        var size = logits.Dimensions[^1];
        var named = _files.Facts.VocabularySize;
        if (size < 0)
        {
            return named;
        }

        if (named != size)
        {
            _disagreements.Add(
                $"The files say that there are {named} logits; the session gives {size}, which is used."
            );
        }

        return checked((int)size);
    }

    private KvTensor TakeKv(string pastName, string presentName, int heads, int headSize)
    {
        if (!_inputs.Remove(pastName, out var past) || !_outputs.TryGetValue(presentName, out var present))
        {
            throw Unsupported($"the session has no '{pastName}' with '{presentName}'.");
        }

        if (
            past.Dimensions.Count != 4
            || !ElementSize.IsFloating(past.ElementType)
            || present.ElementType != past.ElementType
        )
        {
            throw Unsupported(
                $"'{pastName}' is {past.ElementType} with {past.Dimensions.Count} dimensions and becomes {present.ElementType}; "
                    + "[batch, heads, tokens, head size] of float32, float16 or bfloat16 is served."
            );
        }

        if (past.Dimensions[2] > 0)
        {
            var tokens = checked((int)past.Dimensions[2]);
            _fixedTokens =
                _fixedTokens == 0 || _fixedTokens == tokens
                    ? tokens
                    : throw Unsupported($"its layers cache different numbers of tokens, {_fixedTokens} and {tokens}.");
        }

        _fixesBatch |= past.Dimensions[0] > 0;
        return new KvTensor(
            pastName,
            presentName,
            past.ElementType,
            Resolve(past, 1, heads, "heads"),
            Resolve(past, 3, headSize, "the size of a head")
        );
    }

    private int Resolve(OnnxTensorInfo past, int axis, int named, string what)
    {
        var size = past.Dimensions[axis];
        if (size <= 0)
        {
            return named;
        }

        if (named != size)
        {
            _disagreements.Add(
                $"The files say {named} for {what} of '{past.Name}'; the session says {size}, which is used."
            );
        }

        return checked((int)size);
    }

    private StateTensor TakeState(RecurrentState state)
    {
        if (!_inputs.Remove(state.Input, out var info) || !_outputs.ContainsKey(state.Output))
        {
            throw Unsupported($"the session has no '{state.Input}' with '{state.Output}'.");
        }

        if (!ElementSize.IsFloating(info.ElementType) && !ElementSize.IsInteger(info.ElementType))
        {
            throw Unsupported(
                $"its state '{state.Input}' is {info.ElementType}; float32, float16, bfloat16, int32 and int64 are served."
            );
        }

        return new StateTensor(
            state.Input,
            state.Output,
            info.ElementType,
            [1, .. state.Dimensions.Select(static size => (long)size)]
        );
    }

    /// <summary>FNV-1a, 64 bits: the same in every process, unlike <see cref="HashCode"/>.</summary>
    private ulong Hash(List<KvTensor> kv, List<StateTensor> states)
    {
        var facts = _files.Facts;
        var identity = FormattableString.Invariant(
            $"{facts.Architecture}|{facts.Name}|{facts.Quantization}|{facts.ParameterCount}|{facts.WeightBytes}|{facts.VocabularySize}"
        );
        foreach (var tensor in kv)
        {
            identity += FormattableString.Invariant(
                $"|{tensor.PastName}:{tensor.ElementType}:{tensor.Heads}:{tensor.HeadSize}"
            );
        }

        foreach (var tensor in states)
        {
            identity += FormattableString.Invariant($"|{tensor.PastName}:{tensor.ElementType}:{tensor.Bytes}");
        }

        var hash = 14695981039346656037UL;
        foreach (var character in identity)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        return hash;
    }

    private static Dictionary<string, OnnxTensorInfo> Describe(IReadOnlyDictionary<string, NodeMetadata> metadata) =>
        metadata
            .Where(static entry => entry.Value.IsTensor)
            .ToDictionary(
                static entry => entry.Key,
                static entry => new OnnxTensorInfo(
                    entry.Key,
                    entry.Value.ElementDataType,
                    [.. entry.Value.Dimensions.Select(static size => (long)size)]
                ),
                StringComparer.Ordinal
            );

    private UnsupportedModelException Unsupported(string problem) =>
        new(_files.GraphPath, _files.Facts.Architecture, problem);

    private static string List(Dictionary<string, OnnxTensorInfo> tensors) =>
        string.Join(", ", tensors.Keys.Order(StringComparer.Ordinal).Take(8)) + (tensors.Count > 8 ? ", …" : "");
}
