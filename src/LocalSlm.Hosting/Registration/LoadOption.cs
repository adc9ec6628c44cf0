using Microsoft.Extensions.Configuration;

namespace LocalSlm.Hosting.Registration;

/// <summary>One property of <see cref="ModelLoadOptions"/>: how it is read from configuration, and how it passes from the host's defaults
/// to a model. Written out rather than reflected, so that trimming and ahead-of-time compilation keep it.</summary>
/// <param name="name">The property.</param>
internal abstract class LoadOption(string name)
{
    /// <summary>Options as they are when nobody set anything.</summary>
    protected static readonly ModelLoadOptions Pristine = new();

    /// <summary>Gets the property's name.</summary>
    public string Name => name;

    /// <summary>Gets a value indicating whether an embedding model refuses it.</summary>
    public bool ConversationOnly { get; init; }

    /// <summary>Gets another property that contradicts this one, if both are set.</summary>
    public string? Excludes { get; init; }

    /// <summary>Gets a value indicating whether what the host's defaults say and what the model says are joined.</summary>
    public virtual bool IsJoined => false;

    /// <summary>Reads the property.</summary>
    /// <param name="section">Its section.</param>
    /// <param name="load">Receives it.</param>
    /// <param name="problems">Receives what was wrong, in words.</param>
    public abstract void Read(IConfigurationSection section, ModelLoadOptions load, List<string> problems);

    /// <summary>Tells whether the property differs from what it is when nobody set it.</summary>
    public abstract bool IsSet(ModelLoadOptions load);

    /// <summary>Copies the property.</summary>
    public abstract void Copy(ModelLoadOptions from, ModelLoadOptions to);

    /// <summary>Makes the property what it is when nobody set it.</summary>
    public void Reset(ModelLoadOptions load) => Copy(Pristine, load);
}
