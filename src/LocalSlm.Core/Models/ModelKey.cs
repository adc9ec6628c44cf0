namespace LocalSlm.Models;

/// <summary>What a model is found by. A chat model and an embedding model may have one name.</summary>
internal readonly record struct ModelKey(ModelUse Use, string Name);
