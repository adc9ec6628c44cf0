namespace LocalSlm;

/// <summary>The native runtime failed while it computed a reply.</summary>
public sealed class InferenceException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="problem">What failed, with the runtime's own words or code, and what to do.</param>
    /// <param name="innerException">The cause, if another error lies below.</param>
    public InferenceException(string model, string problem, Exception? innerException = null)
        : base($"Model '{model}': {problem}", innerException)
    {
        Model = model;
    }

    /// <summary>Gets the name of the model.</summary>
    public string Model { get; }
}
