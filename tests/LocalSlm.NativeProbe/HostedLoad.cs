using System.Diagnostics.Metrics;
using System.Globalization;
using LocalSlm.Gguf;
using LocalSlm.Gguf.Interop;
using LocalSlm.Loading;
using LocalSlm.NativeProbe.Interop;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LocalSlm.NativeProbe;

/// <summary>Loads a model as a host does, with a folder that remembers, and tells everything that came of it: lines that begin with
/// <c>device:</c>, <c>failed:</c>, <c>history:</c>, <c>warning:</c>, <c>fallback:</c> (what the meter counts) or <c>error:</c>.</summary>
internal sealed class HostedLoad : IProgress<ModelLoadProgress>
{
    private const int Interrupt = 2;
    private const int Kill = 9;
    private const int Terminate = 15;

    private readonly ModelLoadOptions _options = new()
    {
        ContextTokens = 512,
        Threads = 1,
        AdaptThreads = false,
    };
    private string _death = "";
    private int _loads = 1;
    private bool _failsEachTime;
    private bool _isDying;

    /// <summary>Runs.</summary>
    /// <param name="natives">The folder of the native libraries.</param>
    /// <param name="state">The folder that remembers.</param>
    /// <param name="path">The model.</param>
    /// <param name="choices"><c>device=SELECTOR</c> (in order), <c>require=SELECTOR</c>, <c>retry</c>, <c>measured</c>,
    /// <c>budget=MIB</c>, <c>gpubudget=MIB</c>, <c>loads=COUNT</c> (one after the other), <c>fail</c> (after each load a reply, whose
    /// first step fails with −3 on a GPU), <c>die=WAY</c> (in the middle of the load: <c>abort</c>, <c>kill</c>, <c>terminate</c>, <c>interrupt</c>), <c>die=wait</c> (stays
    /// there until a line is read).</param>
    public static async Task<int> RunAsync(string natives, string state, string path, string[] choices)
    {
        var host = new HostedLoad();
        foreach (var choice in choices)
        {
            host.Take(choice);
        }

        using var meter = ListenToFallbacks();
        var runtime = new GgufRuntime(new GgufRuntimeOptions { NativeDirectory = natives });
        using var loggers = new ConsoleLoggers();
        for (var load = 0; load < host._loads; load++)
        {
            await host.LoadAsync(runtime, path, new LoadServices { StateDirectory = state, Loggers = loggers });
        }

        return 0;
    }

    public void Report(ModelLoadProgress value)
    {
        if (_death.Length == 0 || _isDying || value is not { Stage: ModelLoadStage.LoadingWeights, Fraction: > 0.2 })
        {
            return;
        }

        // On the loader's own thread, called by native code: it does not come back.
        _isDying = true;
        Console.WriteLine("loading");
        switch (_death)
        {
            case "abort":
                Libc.abort();
                break;
            case "wait":
                Console.ReadLine();
                break;
            default:
                _ = Libc.kill(
                    Environment.ProcessId,
                    _death switch
                    {
                        "kill" => Kill,
                        "terminate" => Terminate,
                        _ => Interrupt,
                    }
                );
                Thread.Sleep(Timeout.Infinite);
                break;
        }
    }

    private async Task LoadAsync(GgufRuntime runtime, string path, LoadServices services)
    {
        try
        {
            await using var model = await LocalModel.LoadAsync(runtime, path, _options, null, services, this, default);
            if (_failsEachTime)
            {
                var steps = 0;
                var isOnGpu = model.Info.GpuLayers > 0;
                DecodeFaults.Injection = result => ++steps == 1 && isOnGpu ? -3 : result;
                using var client = model.CreateChatClient();
                var reply = await client.GetResponseAsync("Hello.", new ChatOptions { MaxOutputTokens = 2 });
                Console.WriteLine($"reply: {reply.Usage!.OutputTokenCount}");
            }

            var info = model.Info;
            Console.WriteLine($"device: {info.Device} ({info.GpuLayers} layers)");
            foreach (var failed in info.FailedDevices)
            {
                Console.WriteLine($"failed: {failed.Device} | {OneLine(failed.Reason)}");
            }

            foreach (var entry in info.History)
            {
                Console.WriteLine($"history: {entry.Kind} | {entry.Device} | {OneLine(entry.Reason)}");
            }
        }
        catch (LocalSlmException error)
        {
            Console.WriteLine($"error: {error.GetType().Name}: {OneLine(error.Message)}");
        }
    }

    private void Take(string choice)
    {
        var parts = choice.Split('=', 2);
        var value = parts.Length > 1 ? parts[1] : "";
        switch (parts[0])
        {
            case "device":
                _options.Devices.Add(DeviceSelector.Parse(value, CultureInfo.InvariantCulture));
                break;
            case "require":
                _options.RequireDevice = DeviceSelector.Parse(value, CultureInfo.InvariantCulture);
                break;
            case "retry":
                _options.RetryAfterCrash = true;
                break;
            case "measured":
                _options.DeviceSelection = DeviceSelection.Measured;
                break;
            case "budget":
                _options.MemoryBudgetBytes = Number(value) << 20;
                break;
            case "gpubudget":
                _options.GpuMemoryBudgetBytes = Number(value) << 20;
                break;
            case "loads":
                _loads = (int)Number(value);
                break;
            case "fail":
                _failsEachTime = true;
                break;
            case "die":
                _death = value;
                break;
            default:
                throw new ArgumentException($"Unknown choice: {choice}");
        }
    }

    private static MeterListener ListenToFallbacks()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "localslm.device.fallbacks")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(
            static (_, _, tags, _) =>
            {
                foreach (var tag in tags)
                {
                    if (tag.Key == "localslm.fallback.reason")
                    {
                        Console.WriteLine($"fallback: {tag.Value}");
                    }
                }
            }
        );
        listener.Start();
        return listener;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings("\\n");

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private sealed class ConsoleLoggers : ILoggerFactory, ILogger
    {
        public void AddProvider(ILoggerProvider provider) { }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
            {
                Console.WriteLine($"warning: {eventId.Id} | {OneLine(formatter(state, exception))}");
            }
        }

        public void Dispose() { }
    }
}
