namespace LocalSlm;

/// <summary>A model was unloaded, or its host stopped, while the request was waiting or being answered.</summary>
public sealed class ModelUnloadedException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="model">Name of the model.</param>
    public ModelUnloadedException(string model)
        : base(
            $"Model '{model}' was unloaded, or its host has stopped, before the reply was complete. Load it again and repeat the request."
        )
    {
        Model = model;
    }

    /// <summary>Gets the name of the model.</summary>
    public string Model { get; }
}
