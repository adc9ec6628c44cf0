using LocalSlm.Hosting;
using LocalSlm.Hosting.Health;
using LocalSlm.Hosting.Lifetime;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace LocalSlm.Tests.Hosting.Health;

public sealed class HealthCheckTests
{
    private static readonly DateTimeOffset s_time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task Check_OfAHost_FollowsItsModels()
    {
        var fails = true;
        var runtime = new FakeModelRuntime
        {
            BeforeOpen = (_, _) =>
                fails ? throw new ModelLoadException("fake:a", "the driver said no") : Task.CompletedTask,
        };
        var builder = HostFixture.NewBuilder(runtime);
        builder.Services.AddLocalSlm().AddChatModel("a", "fake:a");
        builder.Services.AddHealthChecks().AddLocalSlm();
        using var host = builder.Build();
        var health = host.Services.GetRequiredService<HealthCheckService>();
        var chat = host.Services.GetRequiredService<IChatClient>();

        var before = (await health.CheckHealthAsync()).Entries["localslm"];
        await Assert.ThrowsAsync<ModelLoadException>(() => chat.GetResponseAsync("hi"));
        var failed = (await health.CheckHealthAsync()).Entries["localslm"];
        fails = false;
        await chat.GetResponseAsync("hi", new() { MaxOutputTokens = 1 });
        var loaded = (await health.CheckHealthAsync()).Entries["localslm"];

        Assert.Equal((HealthStatus.Healthy, "NotLoaded"), (before.Status, before.Data["a"]));
        Assert.Equal((HealthStatus.Degraded, "Failed"), (failed.Status, failed.Data["a"]));
        Assert.Contains("the driver said no", failed.Description, StringComparison.Ordinal);
        Assert.IsType<ModelLoadException>(failed.Exception);
        Assert.Equal((HealthStatus.Healthy, "Loaded on CPU"), (loaded.Status, loaded.Data["a"]));
        Assert.Equal(["ready"], loaded.Tags);
    }

    [Fact]
    public async Task Check_ModelOfTheStartThatFails_IsUnhealthy()
    {
        var state = new ModelState("a", LoadAtStart: true, ModelLoadState.Failed)
        {
            LoadError = new ModelQuarantinedException("a.gguf", "Vulkan0", s_time, "marker"),
        };

        var result = await CheckAsync(HealthStatus.Unhealthy, state);

        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.Contains("ended the process", result.Description, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Degraded, (await CheckAsync(HealthStatus.Degraded, state)).Status);
        Assert.Equal(
            HealthStatus.Degraded,
            (await CheckAsync(HealthStatus.Unhealthy, state with { LoadAtStart = false })).Status
        );
    }

    [Fact]
    public async Task Check_ModelOfTheStartThatLoads_IsNotReady()
    {
        var state = new ModelState("a", LoadAtStart: true, ModelLoadState.Loading);

        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(HealthStatus.Unhealthy, state)).Status);
        Assert.Equal(
            HealthStatus.Healthy,
            (await CheckAsync(HealthStatus.Unhealthy, state with { LoadAtStart = false })).Status
        );
    }

    [Fact]
    public async Task Check_ModelThatFellBack_IsDegradedWithTheReason()
    {
        var loaded = new ModelState("a", LoadAtStart: true, ModelLoadState.Loaded) { Device = "CPU" };
        var attempted = loaded with { FailedDevices = [new DeviceAttempt("Vulkan0", "out of memory")] };
        var fellBack = attempted with
        {
            History =
            [
                new(s_time, ModelHistoryKind.FellBack, "NPU", "no provider"),
                new(s_time, ModelHistoryKind.Loaded, "CPU", "the next one"),
            ],
        };
        var failedOver = fellBack with
        {
            History = [.. fellBack.History, new(s_time, ModelHistoryKind.FailedOver, "Vulkan1", "device lost")],
        };

        var results = new List<HealthCheckResult>();
        foreach (var state in (ModelState[])[loaded, attempted, fellBack, failedOver])
        {
            results.Add(await CheckAsync(HealthStatus.Unhealthy, state));
        }

        Assert.Equal(
            [HealthStatus.Healthy, HealthStatus.Degraded, HealthStatus.Degraded, HealthStatus.Degraded],
            results.Select(static result => result.Status)
        );
        Assert.Contains("Vulkan0: out of memory", results[1].Description, StringComparison.Ordinal);
        Assert.Contains("NPU: no provider", results[2].Description, StringComparison.Ordinal);
        Assert.Contains(
            "went on with CPU, because Vulkan1 failed: device lost",
            results[3].Description,
            StringComparison.Ordinal
        );
    }

    private static Task<HealthCheckResult> CheckAsync(HealthStatus failureStatus, params ModelState[] states)
    {
        var check = new LocalSlmHealthCheck(new States(states));
        return check.CheckHealthAsync(
            new HealthCheckContext { Registration = new HealthCheckRegistration("localslm", check, failureStatus, []) }
        );
    }

    private sealed class States(IReadOnlyList<ModelState> states) : IModelStates
    {
        public IReadOnlyList<ModelState> GetStates() => states;
    }
}
