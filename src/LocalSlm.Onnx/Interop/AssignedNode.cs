namespace LocalSlm.Onnx.Interop;

/// <summary>A node of a graph and the execution provider that computes it.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Operator">Its operator, such as <c>MatMul</c>.</param>
/// <param name="Provider">The execution provider.</param>
internal readonly record struct AssignedNode(string Name, string Operator, string Provider);
