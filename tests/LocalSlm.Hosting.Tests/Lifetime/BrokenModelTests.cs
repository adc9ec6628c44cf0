using LocalSlm.Hosting;
using LocalSlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace LocalSlm.Tests.Hosting.Lifetime;

/// <summary>Models whose engine breaks while they stay loaded.</summary>
public sealed class BrokenModelTests
{
    private static readonly ChatOptions s_short = new() { MaxOutputTokens = 4 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Request_AfterTheOnlyDeviceFailed_GetsTheModelLoadedAnew(bool failOver)
    {
        var fails = true;
        var runtime = new FakeModelRuntime { Configure = (decoder, _) => decoder.FailsAtStep = fails ? 1 : 0 };
        using var host = NewHost(runtime, failOver);
        var chat = host.Services.GetRequiredService<IChatClient>();

        await Assert.ThrowsAnyAsync<LocalSlmException>(() => chat.GetResponseAsync("hi", s_short));
        fails = false;
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20)))
        {
            // Where nothing is to take over, the request may learn of the failure before the engine has noted it.
            while (runtime.OpenedModels == 1)
            {
                await Task.Delay(1, patience.Token);
                await TryAsync(chat);
            }
        }

        await chat.GetResponseAsync("hi", s_short);
        Assert.Equal(2, runtime.OpenedModels);
        var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Healthy, health.Status);
    }

    [Fact]
    public async Task Health_WhileABrokenModelIsHeld_TellsAndOthersWaitForANewOne()
    {
        var fails = true;
        var runtime = new FakeModelRuntime { Configure = (decoder, _) => decoder.FailsAtStep = fails ? 1 : 0 };
        using var host = NewHost(runtime, failOver: true);
        var chat = host.Services.GetRequiredService<IChatClient>();
        var health = host.Services.GetRequiredService<HealthCheckService>();
        Task<ChatResponse> next;
        using (await host.Services.GetRequiredService<LocalModelHost>().LeaseModelAsync("a"))
        {
            await Assert.ThrowsAnyAsync<LocalSlmException>(() => chat.GetResponseAsync("hi", s_short));
            fails = false;

            var broken = (await health.CheckHealthAsync()).Entries["localslm"];
            Assert.Equal((HealthStatus.Degraded, "Broken on CPU"), (broken.Status, broken.Data["a"]));
            Assert.Contains("serves no more", broken.Description, StringComparison.Ordinal);
            Assert.NotNull(broken.Exception);

            // Two copies at once would take its memory twice: the next one waits until the lease is given back.
            next = chat.GetResponseAsync("hi", s_short);
            Assert.Equal(1, runtime.OpenedModels);
        }

        await next.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(2, runtime.OpenedModels);
        Assert.Equal(1, runtime.LiveModels);
    }

    private static async Task TryAsync(IChatClient chat)
    {
        try
        {
            await chat.GetResponseAsync("hi", s_short);
        }
        catch (LocalSlmException)
        {
            // As long as it is broken.
        }
    }

    private static IHost NewHost(FakeModelRuntime runtime, bool failOver)
    {
        var builder = HostFixture.NewBuilder(runtime);
        builder.Services.AddLocalSlm().AddChatModel("a", "fake:a", model => model.Load.FailOver = failOver);
        builder.Services.AddHealthChecks().AddLocalSlm();
        return builder.Build();
    }
}
