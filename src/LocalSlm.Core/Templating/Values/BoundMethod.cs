namespace LocalSlm.Templating;

/// <summary>A method of a value, taken but not yet called.</summary>
internal sealed record BoundMethod(object Self, string Name, Method Body);
