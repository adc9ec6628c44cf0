using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Runtime;

/// <summary>The sizes of the element types that decoders use.</summary>
internal static class ElementSize
{
    /// <summary>Gets the bytes of one element.</summary>
    /// <exception cref="NotSupportedException">Decoders do not use this type.</exception>
    public static int Of(TensorElementType type) =>
        type switch
        {
            TensorElementType.Float or TensorElementType.Int32 => 4,
            TensorElementType.Float16 or TensorElementType.BFloat16 => 2,
            TensorElementType.Int64 => 8,
            TensorElementType.Int8 or TensorElementType.UInt8 or TensorElementType.Bool => 1,
            _ => throw new NotSupportedException($"Tensors of {type} are not supported."),
        };

    /// <summary>Tells whether a type is one of the kinds of floating-point number that are served.</summary>
    public static bool IsFloating(TensorElementType type) =>
        type is TensorElementType.Float or TensorElementType.Float16 or TensorElementType.BFloat16;

    /// <summary>Tells whether a type is one of the kinds of integer that ids, masks and positions may have.</summary>
    public static bool IsInteger(TensorElementType type) => type is TensorElementType.Int64 or TensorElementType.Int32;
}
