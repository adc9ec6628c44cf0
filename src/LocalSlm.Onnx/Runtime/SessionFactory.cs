using LocalSlm.Hardware;
using LocalSlm.Onnx.Format;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Opens sessions on the devices that a caller names.</summary>
internal static class SessionFactory
{
    /// <summary>Opens a session on the first device that serves the model.</summary>
    /// <param name="files">The checked files.</param>
    /// <param name="options">How to load.</param>
    /// <param name="logger">Where messages go.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    /// <returns>The session; the caller disposes it.</returns>
    public static OnnxSession Open(
        OnnxModelFiles files,
        ModelLoadOptions options,
        ILogger logger,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var environment = OrtEnv.Instance();
        var threads = options.Threads ?? ProcessorTopology.Detect().ComputeThreads;
        using var session = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1 };
        return new OnnxSession
        {
            Session = new InferenceSession(files.GraphPath, session),
            Device = "CPU",
            Provider = "CPUExecutionProvider",
            IsHostMemory = true,
            Threads = threads,
            RuntimeVersion = environment.GetVersionString(),
        };
    }
}
