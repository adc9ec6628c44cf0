namespace LocalSlm.Onnx.Format.Graph;

/// <summary>An operation of a graph.</summary>
/// <param name="Operator">Its kind, as <c>domain:name</c>; the standard domain is empty.</param>
/// <param name="Inputs">The names of what it takes; an empty name stands for an optional input left out.</param>
/// <param name="Outputs">The names of what it gives.</param>
/// <param name="Integers">Its attributes that are one whole number.</param>
internal sealed record OnnxNode(
    string Operator,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, long> Integers
)
{
    /// <summary>Gets an attribute, or 0.</summary>
    public long Integer(string name) => Integers.GetValueOrDefault(name);

    /// <summary>Gets the name of an input, or an empty text.</summary>
    public string Input(int index) => index < Inputs.Count ? Inputs[index] : "";
}
