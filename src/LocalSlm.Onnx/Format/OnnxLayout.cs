namespace LocalSlm.Onnx.Format;

/// <summary>How a folder with an ONNX model is laid out.</summary>
internal enum OnnxLayout
{
    /// <summary>ONNX Runtime GenAI: <c>genai_config.json</c> names the graph and its tensors.</summary>
    GenAi,

    /// <summary>transformers.js and Optimum: <c>config.json</c>, <c>onnx/model*.onnx</c> or <c>model*.onnx</c>.</summary>
    Transformers,
}
