using System.Runtime.InteropServices;
using LocalSlm.Onnx.Format;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Inputs that are always 1 or always 0, such as for how many last tokens logits are wanted.</summary>
internal static unsafe class ConstantInput
{
    // Never freed: two numbers for the whole process.
    private static readonly nint s_one = Create(1);
    private static readonly nint s_zero = Create(0);

    /// <summary>Gets the number 1, of any type of integer.</summary>
    public static byte* One => (byte*)s_one;

    /// <summary>Gets the number 0, of any type of integer.</summary>
    public static byte* Zero => (byte*)s_zero;

    /// <summary>Gets the shape of an input that has one element.</summary>
    public static long[] ShapeOf(OnnxTensorInfo input) => [.. input.Dimensions.Select(static _ => 1L)];

    /// <summary>Binds the number of logits, where the graph has it.</summary>
    public static void BindLogitCount(DecoderGraph graph, RunBinding binding)
    {
        if (graph.LogitCount is { } input)
        {
            binding.Read(input.Name, input.ElementType, One, ElementSize.Of(input.ElementType), ShapeOf(input));
        }
    }

    // In little-endian order a small long begins with the same int and the same byte.
    private static nint Create(long number)
    {
        var place = (long*)NativeMemory.Alloc(sizeof(long));
        *place = number;
        return (nint)place;
    }
}
