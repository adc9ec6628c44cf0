namespace LocalSlm;

/// <summary>No model lies at a path, or no model is registered under a name.</summary>
public sealed class ModelNotFoundException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="model">The path or name that was asked for.</param>
    /// <param name="problem">What was looked for, and what to do.</param>
    /// <param name="innerException">The cause, if another error lies below.</param>
    public ModelNotFoundException(string model, string problem, Exception? innerException = null)
        : base($"Model '{model}': {problem}", innerException)
    {
        Model = model;
    }

    /// <summary>Gets the path or name that was asked for.</summary>
    public string Model { get; }
}
