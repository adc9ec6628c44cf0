using LocalSlm.Onnx.Devices;
using LocalSlm.Onnx.Interop;

namespace LocalSlm.Tests.Devices;

public sealed class AssignmentCheckTests
{
    private const string Device = "WebGpuExecutionProvider";
    private const string Cpu = "CPUExecutionProvider";

    [Fact]
    public void FindProblem_WithShapeArithmeticOnTheCpu_IsNone() =>
        Assert.Null(
            AssignmentCheck.FindProblem(
                [new("a", "MatMulNBits", Device), new("b", "GroupQueryAttention", Device), new("c", "Shape", Cpu)],
                Device
            )
        );

    [Theory]
    [InlineData("MatMul")]
    [InlineData("MatMulNBits")]
    [InlineData("GroupQueryAttention")]
    [InlineData("Attention")]
    public void FindProblem_WithAHeavyNodeElsewhere_NamesIt(string heavy)
    {
        var problem = AssignmentCheck.FindProblem(
            [new("a", "MatMul", Device), new("/layers.0/x", heavy, Cpu), new("c", "Add", Device)],
            Device
        );

        Assert.StartsWith("It took 1 of the 2 nodes", problem);
        Assert.Contains($"'/layers.0/x' ({heavy}) went to {Cpu}", problem);
    }

    [Fact]
    public void FindProblem_WithoutAnyNode_SaysSo() =>
        Assert.StartsWith(
            "It took none of the graph's 1 nodes",
            AssignmentCheck.FindProblem([new("a", "Add", Cpu)], Device)
        );
}
