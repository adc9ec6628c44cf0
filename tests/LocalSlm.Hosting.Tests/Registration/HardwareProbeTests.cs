using Microsoft.Extensions.DependencyInjection;

namespace LocalSlm.Tests.Registration;

public sealed class HardwareProbeTests
{
    [Fact]
    public async Task IHardwareProbe_OfAHost_AsksTheRuntimesOfTheHost()
    {
        var services = new ServiceCollection();
        services.AddLocalSlm();
        await using var provider = services.BuildServiceProvider();
        var probe = provider.GetRequiredService<IHardwareProbe>();

        var report = await probe.ProbeAsync();

        Assert.Same(probe, provider.GetRequiredService<IHardwareProbe>());
        Assert.Equal(
            provider.GetServices<IModelRuntime>().Select(static runtime => runtime.Name),
            report.Runtimes.Select(static runtime => runtime.Name)
        );
        Assert.All(report.Runtimes, static runtime => Assert.True(runtime.Problem is null, runtime.Problem));
        Assert.All(
            report.Runtimes,
            static runtime => Assert.Contains(runtime.Devices, static device => device.Kind == ComputeDeviceKind.Cpu)
        );
        Assert.All(report.Runtimes, static runtime => Assert.NotNull(runtime.Version));
    }

    [Fact]
    public void IHardwareProbe_OfTheApplication_IsKept()
    {
        var own = new HardwareProbe([]);
        var services = new ServiceCollection().AddSingleton<IHardwareProbe>(own);
        services.AddLocalSlm();
        using var provider = services.BuildServiceProvider();

        Assert.Same(own, provider.GetRequiredService<IHardwareProbe>());
    }
}
