namespace LocalSlm.Gguf.Runtime;

/// <summary>What the order of operations depends on; see <see cref="StepOrder"/>.</summary>
internal enum StepOperationKind
{
    Other,
    Norm,
    Scale,
    Multiply,
    Add,
    Rotate,
    Store,
}
