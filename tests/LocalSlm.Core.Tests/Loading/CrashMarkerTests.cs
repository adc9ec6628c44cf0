using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using LocalSlm.Loading;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Tests.Loading;

public sealed class CrashMarkerTests : IDisposable
{
    private readonly LoadBench _bench = new();

    public CrashMarkerTests() => _bench.Runtime.Devices = [LoadBench.Gpu, LoadBench.Cpu];

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Load_ThatSucceeds_LeavesNoFile()
    {
        var during = 0;
        _bench.Runtime.BeforeOpenOn = (_, _, _) =>
        {
            during = Files().Length;
            return Task.CompletedTask;
        };
        (await _bench.OpenAsync()).Model.Dispose();

        Assert.Equal((1, 0), (during, Files().Length));
    }

    [Fact]
    public async Task Load_ThatFails_LeavesNoFile()
    {
        _bench.FailOn(device => _bench.Refusal(device));
        await Assert.ThrowsAsync<ModelLoadException>(() => _bench.OpenAsync());

        Assert.Empty(Files());
    }

    [Fact]
    public async Task Load_AfterOneThatEndedItsProcess_SkipsThatDevice()
    {
        await CrashAsync(LoadBench.Gpu);
        var opened = await _bench.OpenAsync();
        using var model = opened.Model;

        Assert.Equal("CPU", model.Device);
        Assert.Contains("ended the process", Assert.Single(opened.Failed).Reason, StringComparison.Ordinal);
        Assert.Single(_bench.Log.Warnings);
        Assert.Single(Files());
    }

    [Fact]
    public async Task Load_WithNoOtherDevice_IsRefused()
    {
        await CrashAsync(LoadBench.Gpu);
        _bench.Options.RequireDevice = DeviceSelector.Gpu;
        var error = await Assert.ThrowsAsync<ModelQuarantinedException>(() => _bench.OpenAsync());

        Assert.Equal("GPU0 (Fake Force)", error.Device);
        Assert.Equal(Files().Single(), error.MarkerPath);
        Assert.Equal(_bench.Clock.GetUtcNow(), error.Since);
        Assert.Equal(1, _bench.Runtime.OpenedModels);
    }

    [Fact]
    public async Task Load_WithRetryAfterCrash_ClearsItAndLoads()
    {
        await CrashAsync(LoadBench.Gpu);
        _bench.Options.RetryAfterCrash = true;
        (await _bench.OpenAsync()).Model.Dispose();
        Assert.Empty(Files());

        _bench.Options.RetryAfterCrash = false;
        var opened = await _bench.OpenAsync();
        using var model = opened.Model;
        Assert.Equal("GPU0", model.Device);
    }

    [Fact]
    public async Task Load_WithAnotherDriver_IsTriedAgain()
    {
        await CrashAsync(LoadBench.Gpu);
        _bench.Runtime.Devices = [LoadBench.Gpu with { DriverVersion = "1.1" }, LoadBench.Cpu];
        (await _bench.OpenAsync()).Model.Dispose();

        Assert.Equal("GPU0", _bench.Runtime.Devices[0].Name);
        Assert.Empty(Files());
        Assert.Empty(_bench.Log.Warnings);
    }

    [Fact]
    public void Find_OfAFileThatWasChangedSince_IsNone()
    {
        var markers = Markers();
        var key = Key(LoadBench.Gpu);
        Leave(key with { Model = key.Model with { Bytes = 17 } }, dead: true);

        Assert.Null(markers.FindCrash(key));
        Assert.Empty(Files());
    }

    [Fact]
    public void Find_OfALiveProcess_IsNone()
    {
        using var other = Process.Start(new ProcessStartInfo("sleep", "60"))!;
        try
        {
            var start = File.ReadAllText($"/proc/{other.Id}/stat").Split(' ')[21];
            var marker = Leave(
                Key(LoadBench.Gpu),
                dead: false,
                process => process with { Id = other.Id, Start = start }
            );
            Assert.Null(Markers().FindCrash(Key(LoadBench.Gpu)));

            // The number was used again by a process that started at another time.
            Leave(Key(LoadBench.Gpu), dead: false, process => process with { Id = other.Id, Start = "1" });
            Assert.NotNull(Markers().FindCrash(Key(LoadBench.Gpu)));
            File.Delete(Markers().FindCrash(Key(LoadBench.Gpu))!.Value.File);

            other.Kill();
            other.WaitForExit();
            Assert.Equal(marker, Markers().FindCrash(Key(LoadBench.Gpu))!.Value.Marker);
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact]
    public void Find_OfAnotherMachine_IsNone()
    {
        Leave(
            Key(LoadBench.Gpu),
            dead: true,
            static process => process with { Machine = "elsewhere", Space = "its-boot pid:[1]" }
        );
        Assert.Null(Markers().FindCrash(Key(LoadBench.Gpu)));
        Assert.Single(Files());
    }

    [Fact]
    public void Find_AfterTheMachineStartedAgain_IsACrash()
    {
        Leave(Key(LoadBench.Gpu), dead: false, static process => process with { Space = "another boot" });
        Assert.NotNull(Markers().FindCrash(Key(LoadBench.Gpu)));
    }

    /// <summary>Containers under one system: a name of its own or the same one, a PID namespace of its own, and process 1 in each.</summary>
    [Theory]
    [InlineData("another-container")]
    [InlineData(null)]
    public void Find_OfAnotherContainer_IsACrashOnceNobodyHoldsTheFile(string? machine)
    {
        var key = Key(LoadBench.Gpu);
        var process = ProcessIdentity.Current;
        process = process with
        {
            Machine = machine ?? process.Machine,
            Space = $"{process.Space.Split(' ')[0]} pid:[1]",
            Id = 1,
        };
        var marker = new CrashMarker(key, process, _bench.Clock.GetUtcNow());
        var folder = new StateFolder(_bench.Folder, _bench.Log.CreateLogger("state"));
        var name = ModelIdentity.Name(key.Model.Path, key.Runtime, key.Device);
        using (folder.Hold($"{name}.neighbour.loading", marker.Write))
        {
            Assert.Null(new CrashMarkers(folder, _bench.Clock).FindCrash(key));
            Assert.Single(Files());
        }

        Assert.Equal(marker, Markers().FindCrash(key)!.Value.Marker);
        Assert.Empty(_bench.Log.Warnings);
    }

    [Fact]
    public void Begin_Twice_MakesTwoFilesAndEndsEachAlone()
    {
        var key = Key(LoadBench.Gpu);
        var first = Markers().Begin(key)!;
        var second = Markers().Begin(key)!;
        Assert.Equal(2, Files().Length);

        first.Dispose();
        Assert.Single(Files());
        Assert.Null(Markers().FindCrash(key));
        second.Dispose();
        Assert.Empty(Files());
    }

    [Fact]
    public void Hold_OnADiskThatIsFull_LeavesNothingAndWarns()
    {
        var folder = new StateFolder(_bench.Folder, _bench.Log.CreateLogger("state"));
        Assert.Null(folder.Hold("a.loading", static _ => throw new IOException("No space left on device")));

        Assert.Empty(Files());
        Assert.Contains("No space left", Assert.Single(_bench.Log.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"version\":2}")]
    [InlineData("{\"version\":1,\"model\":5}")]
    public void Read_OfWhatIsNone_IsNothing(string text) => Assert.Null(CrashMarker.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Write_ThenRead_GivesTheSame()
    {
        var marker = new CrashMarker(Key(LoadBench.Gpu), ProcessIdentity.Current, _bench.Clock.GetUtcNow());
        using var stream = new MemoryStream();
        marker.Write(stream);

        Assert.Equal(marker, CrashMarker.Read(stream.ToArray()));
        Assert.Equal(Environment.ProcessId, (int)JsonNode.Parse(stream.ToArray())!["process"]!);
    }

    /// <summary>A file lies where the folder should be.</summary>
    [Fact]
    public async Task Load_WithAFolderThatCannotBeUsed_WarnsOnceAndGoesOn()
    {
        File.WriteAllText(_bench.Folder, "x");
        try
        {
            for (var i = 0; i < 3; i++)
            {
                var opened = await _bench.OpenAsync();
                opened.Model.Dispose();
                Assert.Equal(LoadBench.Gpu, opened.Placement!.Device);
            }

            Assert.Contains(_bench.Folder, Assert.Single(_bench.Log.Warnings), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(_bench.Folder);
        }
    }

    [Fact]
    public async Task Loads_OfOneModelAtTheSameTime_DoNotSeeEachOther()
    {
        var both = new Barrier(2);
        _bench.Runtime.BeforeOpenOn = (_, _, _) =>
            Task.Run(() => Assert.True(both.SignalAndWait(TimeSpan.FromSeconds(30))));
        var opened = await Task.WhenAll(_bench.OpenAsync(), _bench.OpenAsync());

        Assert.All(opened, static one => Assert.Equal("GPU0", one.Model.Device));
        Assert.All(opened, static one => one.Model.Dispose());
        Assert.Empty(Files());
    }

    private LoadKey Key(ComputeDevice device) =>
        new(ModelIdentity.Read(_bench.Path), "fake", device.Name, device.DriverVersion);

    private CrashMarkers Markers() => new(new StateFolder(_bench.Folder, NullLogger.Instance), _bench.Clock);

    private string[] Files() => Directory.Exists(_bench.Folder) ? Directory.GetFiles(_bench.Folder, "*.loading") : [];

    /// <summary>Leaves what a process leaves that ends while it loads: the file of that load, written by that load.</summary>
    private async Task CrashAsync(ComputeDevice device)
    {
        var hang = new TaskCompletionSource();
        _bench.Runtime.BeforeOpenOn = (_, _, _) => hang.Task;
        var loading = _bench.OpenAsync();
        while (Files().Length == 0)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        // .NET would not open a file that is held.
        using var cat = Process.Start(new ProcessStartInfo("cat", Files().Single()) { RedirectStandardOutput = true })!;
        var text = JsonNode.Parse(await cat.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(device.Name, (string)text["device"]!);
        hang.SetResult();
        (await loading).Model.Dispose();
        _bench.Runtime.BeforeOpenOn = null;
        Leave(CrashMarker.Read(Encoding.UTF8.GetBytes(text.ToJsonString()))!.Key, dead: true);
        _bench.Log.Lines.Clear();
    }

    private CrashMarker Leave(LoadKey key, bool dead, Func<ProcessIdentity, ProcessIdentity>? change = null)
    {
        var process = ProcessIdentity.Current with { };
        if (dead)
        {
            process = process with { Id = int.MaxValue, Start = "1" };
        }

        var marker = new CrashMarker(key, change?.Invoke(process) ?? process, _bench.Clock.GetUtcNow());
        Directory.CreateDirectory(_bench.Folder);
        var name = ModelIdentity.Name(key.Model.Path, key.Runtime, key.Device);
        using var file = File.Create(Path.Combine(_bench.Folder, $"{name}.{Guid.NewGuid():N}.loading"));
        marker.Write(file);
        return marker;
    }
}
