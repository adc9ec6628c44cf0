namespace LocalSlm.Templating;

/// <summary>What <c>namespace()</c> makes: attributes that can be set from inner scopes.</summary>
internal sealed class NamespaceValue
{
    public OrderedDictionary<string, object?> Attributes { get; } = [];
}
