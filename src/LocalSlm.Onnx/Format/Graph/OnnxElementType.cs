namespace LocalSlm.Onnx.Format.Graph;

/// <summary>Element types of tensors: <c>TensorProto.DataType</c> of onnx.proto3, ONNX 1.20.</summary>
internal static class OnnxElementType
{
    public const int Float = 1;
    public const int UInt8 = 2;
    public const int Int8 = 3;
    public const int Int32 = 6;
    public const int Int64 = 7;
    public const int Text = 8;
    public const int Float16 = 10;
    public const int Double = 11;
    public const int BFloat16 = 16;

    // By number, from UNDEFINED on; 0: of no fixed size.
    private static ReadOnlySpan<byte> BitsByNumber =>
        [0, 32, 8, 8, 16, 16, 32, 64, 0, 8, 16, 64, 32, 64, 64, 128, 16, 8, 8, 8, 8, 4, 4, 4, 8, 2, 2];

    public static bool IsKnown(long type) => type > 0 && type < BitsByNumber.Length;

    /// <summary>Gets the size of an element in bits; 0 for texts.</summary>
    public static int Bits(int type) => BitsByNumber[type];

    public static bool IsFloat(int type) => type is Float or Float16 or BFloat16 or Double;
}
