namespace LocalSlm.Onnx;

/// <summary>How ONNX Runtime is used in this process. Not safe for concurrent change.</summary>
public sealed class OnnxRuntimeOptions
{
    /// <summary>Gets or sets a value indicating whether libraries of custom operators that a model's <c>genai_config.json</c> names
    /// are loaded. They are native code that comes with the model: allow it for models you trust.</summary>
    /// <value>Default <see langword="false"/>: such a model is refused.</value>
    public bool AllowCustomOperators { get; set; }

    /// <summary>Gets libraries of plug-in execution providers: a name of your choice, and the path of the library. They are registered
    /// when the first model is loaded or devices are listed, and stay for the life of the process.</summary>
    /// <value>Empty (default).</value>
    public IDictionary<string, string> ProviderLibraries { get; private set; } = new Dictionary<string, string>();

    /// <summary>Makes a copy that later changes do not reach.</summary>
    /// <returns>The copy.</returns>
    public OnnxRuntimeOptions Clone()
    {
        var copy = (OnnxRuntimeOptions)MemberwiseClone();
        copy.ProviderLibraries = new Dictionary<string, string>(ProviderLibraries);
        return copy;
    }
}
