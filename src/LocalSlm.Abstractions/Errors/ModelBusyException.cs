namespace LocalSlm;

/// <summary>A model cannot be loaded now, because the models that are loaded are in use and too many requests wait already.</summary>
public sealed class ModelBusyException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="model">Name of the model that was wanted.</param>
    /// <param name="problem">What is in the way, with limits, and what to do.</param>
    public ModelBusyException(string model, string problem)
        : base($"Model '{model}' cannot be loaded now: {problem}")
    {
        Model = model;
    }

    /// <summary>Gets the name of the model.</summary>
    public string Model { get; }
}
