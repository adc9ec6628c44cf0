using System.Runtime.CompilerServices;
using LocalSlm.Onnx.Devices;
using LocalSlm.Onnx.Format;
using LocalSlm.Onnx.Interop;
using LocalSlm.Onnx.Runtime;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Onnx;

/// <summary>Serves ONNX models on ONNX Runtime. Safe for concurrent use.</summary>
public sealed partial class OnnxModelRuntime : IModelRuntime
{
    private readonly OnnxRuntimeOptions _options;

    // A plan asks for many estimates of the same facts.
    private readonly ConditionalWeakTable<ModelFacts, GraphCost> _costs = [];

    /// <summary>Creates the runtime; nothing native is loaded before it is needed.</summary>
    /// <param name="options">How ONNX Runtime is used; <see langword="null"/> for the defaults. Copied.</param>
    public OnnxModelRuntime(OnnxRuntimeOptions? options = null) =>
        _options = options?.Clone() ?? new OnnxRuntimeOptions();

    /// <inheritdoc/>
    public string Name => OnnxModelReader.RuntimeName;

    /// <inheritdoc/>
    public string RecognisedFiles =>
        "a folder with genai_config.json, or with config.json and onnx/model*.onnx or model*.onnx, or an .onnx file in such a folder";

    /// <inheritdoc/>
    public string? NativeVersion => OnnxEnvironment.Version;

    /// <inheritdoc/>
    public bool Recognises(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return OnnxModelReader.Recognises(path);
    }

    /// <inheritdoc/>
    public ModelFacts Inspect(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return OnnxModelReader.Read(path, _options.AllowCustomOperators).Facts;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ComputeDevice> ListDevices() => DeviceList.List(_options, NullLogger.Instance);

    /// <inheritdoc/>
    /// <remarks>The graph is read again, once for the same facts, for the type of its cached keys and values, whether a run copies
    /// them, and the weights that are kept twice. KV memory grows with the conversations; the estimate is what it takes when they hold as many tokens as they may.</remarks>
    public MemoryEstimate Estimate(ModelFacts facts, ModelLoadOptions options)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(options);
        return OnnxMemory.Estimate(facts, options, _costs.GetValue(facts, ReadCost));
    }

    /// <inheritdoc/>
    /// <exception cref="UnsupportedModelException">It is sound, but of a kind that cannot generate text here.</exception>
    /// <exception cref="ModelLoadException">ONNX Runtime refused it, or cannot honour an option: each is named.</exception>
    /// <exception cref="NativeLibraryException">The native library cannot be loaded.</exception>
    /// <exception cref="OperationCanceledException">The load was cancelled.</exception>
    public Task<IRuntimeModel> OpenAsync(
        string path,
        ModelLoadOptions options,
        ILoggerFactory loggers,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        var loader = new OnnxModelLoader(path, options.Clone(), _options, loggers, progress, OnnxTokenizer.Load);
        return loader.LoadAsync(cancellationToken);
    }

    private GraphCost ReadCost(ModelFacts facts)
    {
        try
        {
            return GraphCost.Of(OnnxModelReader.Read(facts.Path, _options.AllowCustomOperators));
        }
        catch (LocalSlmException)
        {
            return GraphCost.Guess(facts);
        }
    }
}
