using LocalSlm.Placement;
using static LocalSlm.Tests.Placement.PlainModel;

namespace LocalSlm.Tests.Placement;

public sealed class PlacementRefusalTests
{
    private static readonly PlainModel s_model = new();

    [Fact]
    public void Explain_TooLittleMemory_NamesNeedLimitAndRemedy()
    {
        var error = Assert.IsType<InsufficientMemoryException>(
            Explain(s_model.Request([Cpu], new ModelLoadOptions { ContextTokens = 65_536 }, 8 * Giga))
        );

        // 3,600 MiB of weights, 8 GiB of cache, 50 MiB of compute.
        Assert.Equal((3650 * Mega + 8 * Giga, 8 * Giga), (error.RequiredBytes, error.AvailableBytes));
        Assert.Contains(
            "Lower ContextTokens, BatchTokens or MaxConcurrentReplies",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("8.00 GiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_BudgetBelowTheSmallest_NamesTheBudget()
    {
        var error = Assert.IsType<InsufficientMemoryException>(
            Explain(s_model.Request([Cpu], new ModelLoadOptions { MemoryBudgetBytes = Giga }))
        );
        Assert.Equal(Giga, error.AvailableBytes);
        Assert.Contains("raise MemoryBudgetBytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_RequiredDeviceIsAbsent_NamesIt()
    {
        var options = new ModelLoadOptions { RequireDevice = DeviceSelector.Npu };
        var error = Assert.IsType<ModelLoadException>(Explain(s_model.Request([Cpu, Gpu(0, 24 * Giga)], options)));
        Assert.Contains("RequireDevice is 'npu'", error.Message, StringComparison.Ordinal);
        Assert.Equal("npu", Assert.Single(error.FailedDevices).Device);
    }

    [Fact]
    public void Explain_RequiredDeviceIsFull_NamesItsMemory()
    {
        var options = new ModelLoadOptions { RequireDevice = DeviceSelector.Gpu };
        var error = Assert.IsType<InsufficientMemoryException>(
            Explain(s_model.Request([Cpu, Gpu(0, 100 * Mega)], options))
        );
        Assert.Equal(90 * Mega, error.AvailableBytes);
    }

    private static LocalSlmException Explain(PlacementRequest request)
    {
        var plan = PlacementPlanner.Plan(request);
        Assert.Empty(plan.Candidates);
        return PlacementRefusal.Explain(request, plan);
    }
}
