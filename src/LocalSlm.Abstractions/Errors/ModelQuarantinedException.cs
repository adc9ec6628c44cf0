namespace LocalSlm;

/// <summary>The last attempt to load this model ended the process, and it is not tried again by itself.</summary>
public sealed class ModelQuarantinedException : LocalSlmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="path">The model's path.</param>
    /// <param name="device">The device it was being loaded on.</param>
    /// <param name="since">When that was.</param>
    /// <param name="markerPath">The file that remembers it.</param>
    public ModelQuarantinedException(string path, string device, DateTimeOffset since, string markerPath)
        : base(
            $"Loading '{path}' on {device} ended the process at {since:u}, so it is not tried again by itself. Update the driver or choose "
                + $"another device, then set ModelLoadOptions.RetryAfterCrash for one load, or delete '{markerPath}'."
        )
    {
        Path = path;
        Device = device;
        Since = since;
        MarkerPath = markerPath;
    }

    /// <summary>Gets the model's path.</summary>
    public string Path { get; }

    /// <summary>Gets the device it was being loaded on.</summary>
    public string Device { get; }

    /// <summary>Gets when that was.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>Gets the file that remembers it. Deleting it allows another attempt.</summary>
    public string MarkerPath { get; }
}
