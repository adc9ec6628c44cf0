namespace LocalSlm;

/// <summary>A model is sound, but this runtime, or this use of it, cannot serve it.</summary>
public sealed class UnsupportedModelException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="model">Path or name of the model.</param>
    /// <param name="architecture">The model's architecture, such as <c>llama</c>, or <see langword="null"/> if unknown.</param>
    /// <param name="problem">What cannot be done, and what to do instead.</param>
    public UnsupportedModelException(string model, string? architecture, string problem)
        : base($"Model '{model}' (architecture {architecture ?? "unknown"}): {problem}")
    {
        Model = model;
        Architecture = architecture;
    }

    /// <summary>Gets the path or name of the model.</summary>
    public string Model { get; }

    /// <summary>Gets the architecture, such as <c>llama</c>, or <see langword="null"/> if unknown.</summary>
    public string? Architecture { get; }
}
