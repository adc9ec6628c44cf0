using LocalSlm.Gguf;
using LocalSlm.NativeProbe.Interop;
using Microsoft.Extensions.Logging;

namespace LocalSlm.NativeProbe;

/// <summary>llama.cpp in a process that a hardware probe started, with a driver that does not behave.</summary>
internal sealed class ProbedRuntime(string natives, string behaviour) : IModelRuntime
{
    private readonly GgufRuntime _runtime = new(new GgufRuntimeOptions { NativeDirectory = natives });

    public string Name => _runtime.Name;

    public string? NativeVersion => _runtime.NativeVersion;

    public IReadOnlyList<ComputeDevice> ListDevices()
    {
        switch (behaviour)
        {
            case "abort":
                Console.WriteLine("Native libraries write to standard output.");
                Console.Error.WriteLine("GGML_ASSERT(device) failed");
                Libc.abort();
                break;
            case "hang":
                Thread.Sleep(Timeout.Infinite);
                break;
            case "exit-late":
                AppDomain.CurrentDomain.ProcessExit += static (_, _) => Libc.abort();
                break;
        }

        return _runtime.ListDevices();
    }

    public bool Recognises(string path) => _runtime.Recognises(path);

    public ModelFacts Inspect(string path) => _runtime.Inspect(path);

    public MemoryEstimate Estimate(ModelFacts facts, ModelLoadOptions options) => _runtime.Estimate(facts, options);

    public Task<IRuntimeModel> OpenAsync(
        string path,
        ModelLoadOptions options,
        ILoggerFactory loggers,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    ) => _runtime.OpenAsync(path, options, loggers, progress, cancellationToken);
}
