namespace LocalSlm.Constraints.Grammar;

/// <summary>Exactly these bytes; at least one.</summary>
internal sealed class BytesNode(byte[] bytes) : GrammarNode
{
    public ReadOnlyMemory<byte> Value { get; } = bytes;
}
