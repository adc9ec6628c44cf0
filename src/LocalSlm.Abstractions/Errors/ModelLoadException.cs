namespace LocalSlm;

/// <summary>A native runtime refused to load a model that the managed checks had accepted.</summary>
public sealed class ModelLoadException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="path">The model's path.</param>
    /// <param name="problem">What failed, in the runtime's own words where it gave any, and what to do.</param>
    /// <param name="innerException">The cause, if another error lies below.</param>
    /// <param name="failedDevices">The devices that were tried, with their reasons, which are added to the message.</param>
    public ModelLoadException(
        string path,
        string problem,
        Exception? innerException = null,
        IReadOnlyList<DeviceAttempt>? failedDevices = null
    )
        : base($"Loading '{path}' failed: {problem}{List(failedDevices)}", innerException)
    {
        Path = path;
        FailedDevices = failedDevices ?? [];
    }

    /// <summary>Gets the model's path.</summary>
    public string Path { get; }

    /// <summary>Gets the devices that were tried, with the reason why each failed; empty if it was not about devices.</summary>
    public IReadOnlyList<DeviceAttempt> FailedDevices { get; }

    private static string List(IReadOnlyList<DeviceAttempt>? attempts) =>
        string.Concat((attempts ?? []).Select(static attempt => $"\n  {attempt.Device}: {attempt.Reason}"));
}
