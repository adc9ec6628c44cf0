using LocalSlm.Onnx;
using LocalSlm.Onnx.Format;
using LocalSlm.Onnx.Interop;
using LocalSlm.Onnx.Runtime;
using LocalSlm.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;

namespace LocalSlm.Tests.Runtime;

public sealed class SessionFactoryTests
{
    [Fact]
    public void Open_WithDefaults_ComputesOnTheCpu()
    {
        using var session = Open(Files("tiny-llama-genai-fp32"));

        Assert.Equal(("CPU", "CPUExecutionProvider", true), (session.Device, session.Provider, session.IsHostMemory));
        Assert.InRange(session.Threads, 1, Environment.ProcessorCount);
        Assert.Empty(session.FailedDevices);
        Assert.StartsWith("1.", session.RuntimeVersion, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WithTooManyThreads_IsRefused()
    {
        var options = new ModelLoadOptions { Threads = 100_000 };
        var error = Assert.Throws<ModelLoadException>(() => Open(Files("tiny-llama-genai-fp32"), options));

        Assert.Contains("100000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OfAGraphThatIsNone_KeepsTheLibrarysWords()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [1, 2, 3, 4]);
            var error = Assert.Throws<ModelLoadException>(() =>
                Open(Files("tiny-llama-genai-fp32") with { GraphPath = path })
            );

            var attempt = Assert.Single(error.FailedDevices);
            Assert.StartsWith("CPU", attempt.Device, StringComparison.Ordinal);
            Assert.Contains("rotobuf", attempt.Reason, StringComparison.Ordinal);
            Assert.Contains(attempt.Reason, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Open_OnADeviceThatCannotCompute_KeepsTheReason()
    {
        var error = Assert.Throws<ModelLoadException>(() =>
            Open(Files("tiny-llama-genai-fp32"), findProblem: static _ => "Its first logits are no numbers.")
        );

        Assert.Equal("Its first logits are no numbers.", Assert.Single(error.FailedDevices).Reason);
    }

    [Fact]
    public void Decoder_OfATableShorterThanTheLogits_ComputesNoTokenBeyondIt()
    {
        var files = Files("tiny-llama-genai-fp32") with { EmbeddingRows = 100 };
        using var session = Open(files);
        var graph = DecoderGraphReader.Read(files, session.Session);
        Assert.Equal((512, 100), (graph.VocabularySize, graph.TokenCount));

        using var decoder = new SharedKvDecoder(
            session,
            graph,
            new DecoderLimits(1, 1, 64, 64, 8, 1 << 20),
            NullLogger.Instance
        );
        var batch = new DecodeBatch(8, 1);
        batch.Add(0, 0, [1, 100], 1);
        decoder.Decode(batch, TestContext.Current.CancellationToken);
        Assert.Equal(DecodeStatus.Failed, batch.Statuses[0]);
        Assert.Contains("token 100", decoder.LastError, StringComparison.Ordinal);

        batch.Clear();
        batch.Add(0, 0, [1, 99], 1);
        decoder.Decode(batch, TestContext.Current.CancellationToken);
        Assert.Equal(DecodeStatus.Done, batch.Statuses[0]);
    }

    [Fact]
    public void Open_WithOptionsForTheCpuProvider_RefusesThem()
    {
        var selector = new DeviceSelector
        {
            Kind = ComputeDeviceKind.Cpu,
            ProviderOptions = new Dictionary<string, string> { ["arena"] = "1" },
        };
        var options = new ModelLoadOptions { Devices = { selector } };
        var error = Assert.Throws<ModelLoadException>(() => Open(Files("tiny-llama-genai-fp32"), options));

        Assert.Contains("arena", Assert.Single(error.FailedDevices).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OfAModelWithCustomOperators_RefusesThemUnlessAllowed()
    {
        var files = Files("tiny-llama-genai-fp32") with { CustomOperatorLibraries = ["libcustom.so"] };

        var refused = Assert.Throws<UnsupportedModelException>(() => Open(files));
        Assert.Contains("'libcustom.so'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("AllowCustomOperators", refused.Message, StringComparison.Ordinal);

        var allowed = new OnnxRuntimeOptions { AllowCustomOperators = true };
        var missing = Assert.Throws<ModelFileException>(() => Open(files, null, allowed));
        Assert.Contains("is not there", missing.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../libcustom.so")]
    [InlineData("/usr/lib/libcustom.so")]
    public void Open_OfAModelWithCustomOperatorsElsewhere_RefusesThem(string library)
    {
        var files = Files("tiny-llama-genai-fp32") with { CustomOperatorLibraries = [library] };
        var allowed = new OnnxRuntimeOptions { AllowCustomOperators = true };

        var error = Assert.Throws<ModelFileException>(() => Open(files, null, allowed));
        Assert.Contains("outside its folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WithOptionsOfTheConfig_TakesTheSafeOnesAndTellsTheOthers()
    {
        var files = Files("tiny-llama-genai-fp32") with
        {
            SessionOptions = new Dictionary<string, string>
            {
                ["session.disable_prepacking"] = "1",
                ["graph_optimization_level"] = "ORT_ENABLE_BASIC",
                ["enable_profiling"] = "/tmp/profile",
                ["session.optimized_model_filepath"] = "/tmp/model.onnx",
            },
            Providers = [new("cuda", new Dictionary<string, string>())],
        };
        var log = new RecordingLogger(LogLevel.Debug);
        using var session = Open(files, logger: log);

        Assert.Equal(
            ["OnnxSessionOptionIgnored enable_profiling", "OnnxSessionOptionIgnored session.optimized_model_filepath"],
            log.Lines.Where(static line => line.StartsWith("OnnxSessionOptionIgnored", StringComparison.Ordinal))
                .Select(static line => string.Join(' ', line.Split(' ')[0], line.Split('\'')[2]))
        );
        Assert.Contains(log.Lines, static line => line.Contains("'cuda'", StringComparison.Ordinal));
        Assert.Contains(log.Lines, static line => line.StartsWith("OnnxSessionOpened", StringComparison.Ordinal));
        Assert.False(File.Exists("/tmp/model.onnx"));
    }

    [Fact]
    public void Open_AtTraceLevel_BringsTheLibrarysMessagesToTheLogger()
    {
        var log = new RecordingLogger(LogLevel.Trace);
        using var session = Open(Files("tiny-llama-genai-fp32"), logger: log);

        Assert.Contains(log.Lines, static line => line.StartsWith("OnnxRuntimeMessage ", StringComparison.Ordinal));
    }

    [Fact]
    public void Open_WithACancelledToken_DoesNothing() =>
        Assert.Throws<OperationCanceledException>(() =>
            SessionFactory.Open(
                Files("tiny-llama-genai-fp32"),
                new ModelLoadOptions(),
                NullLogger.Instance,
                new CancellationToken(canceled: true)
            )
        );

    [Fact]
    public void Open_CancelledInTheMiddle_EndsWithinTheLibrary()
    {
        // The moment cannot be chosen: later and later, until the library was at work when the token came.
        var files = Files("smollm2-135m-instruct-genai-int4");
        for (var delay = 1; delay < 400; delay = (delay * 3 / 2) + 1)
        {
            using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(delay));
            try
            {
                SessionFactory.Open(files, new ModelLoadOptions(), NullLogger.Instance, source.Token).Dispose();
            }
            catch (OperationCanceledException error) when (error.InnerException is OnnxRuntimeException)
            {
                Assert.Equal(source.Token, error.CancellationToken);
                return;
            }
            catch (OperationCanceledException)
            {
                // Before the library began.
            }
        }

        Assert.Fail("No cancellation reached the library.");
    }

    [Theory]
    [InlineData(OrtLoggingLevel.ORT_LOGGING_LEVEL_INFO, "anything", LogLevel.Trace)]
    [InlineData(OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, "anything", LogLevel.Warning)]
    [InlineData(OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, "Removing initializer 'x'.", LogLevel.Debug)]
    [InlineData(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "Removing initializer 'x'.", LogLevel.Error)]
    [InlineData(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "anything", LogLevel.Critical)]
    public void LevelOf_OfANativeMessage_IsWhatItMeansToAnApplication(
        OrtLoggingLevel severity,
        string message,
        LogLevel expected
    ) => Assert.Equal(expected, NativeLog.LevelOf(severity, message));

    [Fact]
    public void Receive_WithALoggerThatThrows_ThrowsNothing()
    {
        var id = NativeLog.Open(new ThrowingLogger());
        NativeLog.Receive(0, OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "", id, "", "message");
        NativeLog.Close(id);
    }

    private static OnnxSession Open(
        OnnxModelFiles files,
        ModelLoadOptions? options = null,
        OnnxRuntimeOptions? runtime = null,
        ILogger? logger = null,
        Func<OnnxSession, string?>? findProblem = null
    ) =>
        SessionFactory.Open(
            files,
            options ?? new ModelLoadOptions(),
            runtime ?? new OnnxRuntimeOptions(),
            logger ?? NullLogger.Instance,
            findProblem,
            TestContext.Current.CancellationToken
        );

    private static OnnxModelFiles Files(string model) => OnnxModelReader.Read(TestAssets.ModelOrSkip(model), false);

    /// <summary>Keeps messages as event and text.</summary>
    private sealed class RecordingLogger(LogLevel least) : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            lock (Lines)
            {
                Lines.Add($"{eventId.Name} {formatter(state, exception)}");
            }
        }
    }

    private sealed class ThrowingLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => throw new InvalidOperationException();

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => throw new InvalidOperationException();
    }
}
