using LocalSlm.Loading;

namespace LocalSlm.Tests.Loading;

public sealed class FallbackTests : IDisposable
{
    private readonly LoadBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Open_WhereTheFirstServes_TellsOfNoFallback()
    {
        var opened = await _bench.OpenAsync();
        using var model = opened.Model;

        Assert.Equal("NPU0", model.Device);
        Assert.Equal(LoadBench.Npu, opened.Placement!.Device);
        Assert.Empty(opened.Failed);
        Assert.Equal(ModelHistoryKind.Loaded, Assert.Single(opened.History).Kind);
        Assert.Empty(_bench.Log.Warnings);
    }

    [Fact]
    public async Task Open_WithGpuLayersAndNoGpu_TellsThatTheyStayOnTheCpu()
    {
        _bench.Runtime.Devices = [LoadBench.Cpu];
        _bench.Options.GpuLayers = 5;
        var opened = await _bench.OpenAsync();
        using var model = opened.Model;

        Assert.Equal("CPU", model.Device);
        var attempt = Assert.Single(opened.Failed);
        Assert.Equal("gpu", attempt.Device);
        Assert.StartsWith("GpuLayers is 5, but no graphics processor", attempt.Reason, StringComparison.Ordinal);
        Assert.Contains("gpu does not serve it", Assert.Single(_bench.Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WhereDevicesFail_GoesOnInOrderAndTellsEach()
    {
        _bench.FailOn(device => device == LoadBench.Cpu ? null : _bench.Refusal(device, $"{device.Name} is out."));
        var opened = await _bench.OpenAsync();
        using var model = opened.Model;

        Assert.Equal(["NPU0", "GPU0", "CPU"], _bench.Tried);
        Assert.Equal("CPU", model.Device);
        Assert.Equal(
            [new("NPU0 (Fake Boost)", "NPU0 is out."), new DeviceAttempt("GPU0 (Fake Force)", "GPU0 is out.")],
            opened.Failed
        );
        Assert.Equal(
            [ModelHistoryKind.FellBack, ModelHistoryKind.FellBack, ModelHistoryKind.Loaded],
            opened.History.Select(static entry => entry.Kind)
        );
        Assert.Equal(
            [
                "Warning Model "
                    + Name
                    + ": NPU0 (Fake Boost) does not serve it; GPU0 (Fake Force) is tried next. NPU0 is out.",
                "Warning Model "
                    + Name
                    + ": GPU0 (Fake Force) does not serve it; CPU (fake processor) is tried next. GPU0 is out.",
            ],
            _bench.Log.Warnings
        );
        Assert.Equal(1, _bench.Runtime.LiveModels);
    }

    [Fact]
    public async Task Open_WhereNoneServes_ListsAllWithTheirReasons()
    {
        _bench.FailOn(device => _bench.Refusal(device, $"{device.Name} is out."));
        var error = await Assert.ThrowsAsync<ModelLoadException>(() => _bench.OpenAsync());

        Assert.Equal(
            ["NPU0 (Fake Boost): NPU0 is out.", "GPU0 (Fake Force): GPU0 is out.", "CPU (fake processor): CPU is out."],
            error.FailedDevices.Select(static one => $"{one.Device}: {one.Reason}")
        );
        Assert.Equal(0, _bench.Runtime.LiveModels);
    }

    [Fact]
    public async Task Open_WithRequireDevice_FallsBackToNothing()
    {
        _bench.Options.RequireDevice = DeviceSelector.Gpu;
        _bench.FailOn(device => _bench.Refusal(device));
        var error = await Assert.ThrowsAsync<ModelLoadException>(() => _bench.OpenAsync());

        Assert.Equal(["GPU0"], _bench.Tried);
        Assert.Equal(new DeviceAttempt("GPU0 (Fake Force)", "It said no."), Assert.Single(error.FailedDevices));
        Assert.Empty(_bench.Log.Warnings);
    }

    [Fact]
    public async Task Open_WithRequireDeviceThatIsNotThere_SaysSo()
    {
        _bench.Runtime.Devices = [LoadBench.Cpu];
        _bench.Options.RequireDevice = DeviceSelector.Npu;
        var error = await Assert.ThrowsAsync<ModelLoadException>(() => _bench.OpenAsync());

        Assert.Equal("npu", Assert.Single(error.FailedDevices).Device);
        Assert.Equal(0, _bench.Runtime.OpenedModels);
    }

    [Fact]
    public async Task Open_WhereAGpuThatNobodyNamedIsTooFull_IsAFallback()
    {
        _bench.Runtime.Devices = [LoadBench.Gpu with { FreeMemoryBytes = 1 }, LoadBench.Cpu];
        var opened = await _bench.OpenAsync();
        using var model = opened.Model;

        Assert.Equal("CPU", model.Device);
        var attempt = Assert.Single(opened.Failed);
        Assert.Equal("GPU0 (Gpu, Fake Force)", attempt.Device);
        Assert.StartsWith("It does not fit", attempt.Reason, StringComparison.Ordinal);
        Assert.Equal(
            [ModelHistoryKind.FellBack, ModelHistoryKind.Loaded],
            opened.History.Select(static one => one.Kind)
        );
        Assert.Contains(
            "GPU0 (Gpu, Fake Force) does not serve it; CPU (fake processor) is tried next.",
            Assert.Single(_bench.Log.Warnings),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(ComputeDeviceKind.Gpu, 0)]
    [InlineData(ComputeDeviceKind.IntegratedGpu, 1)]
    public async Task Open_WhereAnotherGpuServes_IsAFallbackIfItIsOfAnotherKind(ComputeDeviceKind kind, int fallbacks)
    {
        var other = LoadBench.Gpu with { Name = "GPU1", Kind = kind };
        _bench.Runtime.Devices = [LoadBench.Gpu with { FreeMemoryBytes = 1 }, other, LoadBench.Cpu];
        var opened = await _bench.OpenAsync();
        using var model = opened.Model;

        Assert.Equal("GPU1", model.Device);
        Assert.Equal(fallbacks, opened.Failed.Count);
        Assert.Equal(fallbacks, _bench.Log.Warnings.Count());
    }

    [Fact]
    public async Task Open_WhereTheFullGpuIsForbiddenOrSimulated_IsNoFallback()
    {
        ComputeDevice full = LoadBench.Gpu with { FreeMemoryBytes = 1 };
        foreach (
            var (device, options) in new (ComputeDevice, Action<ModelLoadOptions>)[]
            {
                (full, static options => options.GpuLayers = 0),
                (full, static options => options.ExcludedDevices.Add(DeviceSelector.Gpu)),
                (full with { Description = "llvmpipe (LLVM 19.1.7, 256 bits)" }, static _ => { }),
            }
        )
        {
            using var bench = new LoadBench();
            bench.Runtime.Devices = [device, LoadBench.Cpu];
            options(bench.Options);
            var opened = await bench.OpenAsync();
            using var model = opened.Model;

            Assert.Equal("CPU", model.Device);
            Assert.Empty(opened.Failed);
            Assert.Empty(bench.Log.Warnings);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Open_WhereGpuSplitCannotBeHonoured_IsAFallback(int gpus)
    {
        _bench.Runtime.Devices = gpus == 0 ? [LoadBench.Cpu] : [LoadBench.Gpu, LoadBench.Cpu];
        _bench.Options.GpuSplit.Add(1);
        _bench.Options.GpuSplit.Add(1);
        var opened = await _bench.OpenAsync();
        using var model = opened.Model;

        Assert.Equal("CPU", model.Device);
        Assert.StartsWith("GpuSplit", Assert.Single(opened.Failed).Reason, StringComparison.Ordinal);
        Assert.Single(_bench.Log.Warnings);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public async Task Open_WithContextTokensBeyondTheTraining_Warns(int more, bool warns)
    {
        _bench.Options.ContextTokens = _bench.Runtime.DecoderOptions.SequenceTokens + more;
        using var model = (await _bench.OpenAsync()).Model;

        Assert.Equal(warns, _bench.Log.Warnings.Any(static line => line.Contains("trained", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Open_WithADeviceThatWasAskedForAndIsNotThere_IsAFallback()
    {
        _bench.Runtime.Devices = [LoadBench.Cpu];
        _bench.Options.Devices.Add(DeviceSelector.Npu);
        _bench.Options.Devices.Add(DeviceSelector.Cpu);
        var opened = await _bench.OpenAsync();
        using var model = opened.Model;

        Assert.Equal("npu", Assert.Single(opened.Failed).Device);
        Assert.Equal(ModelHistoryKind.FellBack, opened.History[0].Kind);
        Assert.Single(_bench.Log.Warnings);
    }

    [Fact]
    public async Task Open_WithADeviceThatComesAfterTheOneThatServes_MissesNothing()
    {
        _bench.Runtime.Devices = [LoadBench.Cpu];
        _bench.Options.Devices.Add(DeviceSelector.Cpu);
        _bench.Options.Devices.Add(DeviceSelector.Npu);
        var opened = await _bench.OpenAsync();
        using var model = opened.Model;

        Assert.Empty(opened.Failed);
        Assert.Empty(_bench.Log.Warnings);
    }

    [Fact]
    public async Task Open_WithAVirtualDeviceThatNobodyAskedFor_MissesNothing()
    {
        _bench.Runtime.Devices = [LoadBench.Npu with { Problem = "It is virtual." }, LoadBench.Cpu];
        var opened = await _bench.OpenAsync();
        using var model = opened.Model;

        Assert.Equal("CPU", model.Device);
        Assert.Empty(opened.Failed);
        Assert.Contains(
            _bench.Log.Lines,
            static line =>
                line.StartsWith("Debug", StringComparison.Ordinal)
                && line.EndsWith("It is virtual.", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Open_WithAVirtualDeviceThatWasAskedFor_IsAFallback()
    {
        _bench.Runtime.Devices = [LoadBench.Npu with { Problem = "It is virtual." }, LoadBench.Cpu];
        _bench.Options.Devices.Add(DeviceSelector.Npu);
        _bench.Options.Devices.Add(DeviceSelector.Cpu);
        var opened = await _bench.OpenAsync();
        using var model = opened.Model;

        Assert.Equal("It is virtual.", Assert.Single(opened.Failed).Reason);
    }

    [Fact]
    public async Task Open_WithAnExcludedDevice_IsNoFallback()
    {
        _bench.Options.Devices.Add(DeviceSelector.Gpu);
        _bench.Options.Devices.Add(DeviceSelector.Cpu);
        _bench.Options.ExcludedDevices.Add(DeviceSelector.Gpu);
        var opened = await _bench.OpenAsync();
        using var model = opened.Model;

        Assert.Equal("CPU", model.Device);
        Assert.Empty(opened.Failed);
    }

    [Fact]
    public async Task Open_WhereTheRequiredDeviceIsExcluded_SaysSo()
    {
        _bench.Options.RequireDevice = DeviceSelector.Gpu;
        _bench.Options.ExcludedDevices.Add(DeviceSelector.Gpu);
        var error = await Assert.ThrowsAsync<ModelLoadException>(() => _bench.OpenAsync());

        Assert.Contains("ExcludedDevices", Assert.Single(error.FailedDevices).Reason, StringComparison.Ordinal);
    }

    public static TheoryData<string, Exception> ErrorsAboutTheModel { get; } =
        new()
        {
            { "not found", new ModelNotFoundException("fake:x", "gone.") },
            { "damaged", new ModelFileException("fake:x", "torn.") },
            { "unsupported", new UnsupportedModelException("fake:x", "odd", "no.") },
            { "argument", new ArgumentException("bad") },
        };

    [Theory]
    [MemberData(nameof(ErrorsAboutTheModel), DisableDiscoveryEnumeration = true)]
    public async Task Open_WithAnErrorAboutTheModel_EndsAtOnce(string what, Exception error)
    {
        _bench.FailOn(_ => error);
        var thrown = await Assert.ThrowsAsync(error.GetType(), () => _bench.OpenAsync());

        Assert.True(ReferenceEquals(error, thrown), what);
        Assert.Equal(["NPU0"], _bench.Tried);
        Assert.Empty(_bench.Log.Warnings);
    }

    [Fact]
    public async Task Open_OnTheProcessorAlone_KeepsTheRuntimesOwnError()
    {
        _bench.Runtime.Devices = [LoadBench.Cpu];
        var error = new ModelLoadException(_bench.Path, "a tensor is missing.");
        _bench.FailOn(_ => error);

        Assert.Same(error, await Assert.ThrowsAsync<ModelLoadException>(() => _bench.OpenAsync()));
    }

    [Fact]
    public async Task Open_WhereItFitsNowhere_SaysHowMuchIsWanted()
    {
        _bench.FailOn(device => new InsufficientMemoryException(
            device == LoadBench.Cpu ? 5 << 20 : 9 << 20,
            1 << 20,
            "x"
        ));
        var error = await Assert.ThrowsAsync<InsufficientMemoryException>(() => _bench.OpenAsync());

        Assert.Equal(5 << 20, error.RequiredBytes);
    }

    [Fact]
    public async Task Open_WhereThePutLayersAreNone_CountsAsFailure()
    {
        _bench.Runtime.Devices = [LoadBench.Gpu, LoadBench.Cpu];
        _bench.Runtime.LayersTaken = 0;
        var opened = await _bench.OpenAsync();
        using var model = opened.Model;

        Assert.Equal("CPU", model.Device);
        Assert.Contains("put none there", Assert.Single(opened.Failed).Reason, StringComparison.Ordinal);
        Assert.Equal(1, _bench.Runtime.LiveModels);
    }

    [Fact]
    public async Task Open_WithDevicesThatCannotBeListed_IsATypedError()
    {
        _bench.Runtime.Devices = [];
        var error = await Assert.ThrowsAsync<ModelLoadException>(() => _bench.OpenAsync());
        Assert.Contains("lists no device", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WithProviderOptions_GivesThemToTheDevice()
    {
        _bench.Runtime.Devices = [LoadBench.Gpu with { Provider = "CUDAExecutionProvider" }];
        _bench.Options.Devices.Add(
            new DeviceSelector
            {
                Kind = ComputeDeviceKind.Gpu,
                ProviderOptions = new Dictionary<string, string> { ["a"] = "b" },
            }
        );
        string? given = null;
        _bench.Runtime.BeforeOpenOn = (_, options, _) =>
        {
            given = options.Devices[0].ProviderOptions["a"];
            return Task.CompletedTask;
        };
        using var model = (await _bench.OpenAsync()).Model;

        Assert.Equal("b", given);
    }

    [Fact]
    public async Task Reopen_AfterAFailureInFlight_GoesToTheNextDevice()
    {
        var opener = _bench.Opener();
        (await opener.OpenAsync(null, TestContext.Current.CancellationToken)).Model.Dispose();
        _bench.FailOn(device => device == LoadBench.Gpu ? _bench.Refusal(device) : null);
        var opened = await opener.ReopenAsync("The device was lost.", TestContext.Current.CancellationToken);
        using var model = opened.Model;

        Assert.Equal("CPU", model.Device);
        Assert.Equal(
            [ModelHistoryKind.Loaded, ModelHistoryKind.FailedOver, ModelHistoryKind.FellBack, ModelHistoryKind.Loaded],
            opened.History.Select(static entry => entry.Kind)
        );
        Assert.Equal(new DeviceAttempt("NPU0 (Fake Boost)", "The device was lost."), opened.Failed[0]);
        Assert.Contains("failed while it computed; GPU0", _bench.Log.Warnings.First(), StringComparison.Ordinal);
    }

    /// <summary>A reply of one model is not continued by another one that lies at its path by now.</summary>
    [Fact]
    public async Task Reopen_AfterTheFileWasReplaced_IsRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The fake's paths are no names of files there.");
        var path = $"fake:replaced-{Guid.NewGuid():N}";
        try
        {
            await File.WriteAllTextAsync(path, "one", TestContext.Current.CancellationToken);
            var opener = new ModelOpener<IRuntimeModel>(
                new ChatLoadTarget(_bench.Runtime, path, _bench.Options),
                "model",
                _bench.Services
            );
            (await opener.OpenAsync(null, TestContext.Current.CancellationToken)).Model.Dispose();
            await File.WriteAllTextAsync(path, "another", TestContext.Current.CancellationToken);

            var error = await Assert.ThrowsAsync<ModelFileException>(() =>
                opener.ReopenAsync("The device was lost.", TestContext.Current.CancellationToken)
            );
            Assert.Contains("replaced since it was loaded", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Reopen_WithNothingLeft_ListsWhatFailed()
    {
        _bench.Runtime.Devices = [LoadBench.Gpu];
        var opener = _bench.Opener();
        (await opener.OpenAsync(null, TestContext.Current.CancellationToken)).Model.Dispose();
        var error = await Assert.ThrowsAsync<ModelLoadException>(() =>
            opener.ReopenAsync("The device was lost.", TestContext.Current.CancellationToken)
        );

        Assert.Equal("The device was lost.", Assert.Single(error.FailedDevices).Reason);
        Assert.Equal(0, _bench.Runtime.LiveModels);
    }

    private string Name => _bench.Path["fake:".Length..];
}
