using Microsoft.ML.OnnxRuntime.Tensors;

namespace LocalSlm.Onnx.Runtime;

/// <summary>An input of an encoder with a value for each token.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Role">What its values are.</param>
/// <param name="ElementType">The type of its elements: Int32 or Int64.</param>
internal sealed record EncoderInput(string Name, EncoderInputRole Role, TensorElementType ElementType)
{
    public const string Ids = "input_ids";

    /// <summary>The names that transformers and Optimum give them.</summary>
    public static readonly (string Name, EncoderInputRole Role)[] Roles =
    [
        (Ids, EncoderInputRole.Ids),
        ("attention_mask", EncoderInputRole.Mask),
        ("token_type_ids", EncoderInputRole.Types),
        ("position_ids", EncoderInputRole.Positions),
    ];
}
