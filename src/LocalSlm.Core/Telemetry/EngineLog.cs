using Microsoft.Extensions.Logging;

namespace LocalSlm.Telemetry;

/// <summary>The engine's log messages. None holds text of a prompt or a reply.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(1, LogLevel.Information, "Model {Model} was loaded on {Device} in {Seconds:F2} s.")]
    public static partial void ModelLoaded(ILogger logger, string model, string device, double seconds);

    [LoggerMessage(2, LogLevel.Information, "Model {Model} was unloaded.")]
    public static partial void ModelUnloaded(ILogger logger, string model);

    [LoggerMessage(
        3,
        LogLevel.Debug,
        "Model {Model}: request {Request} was paused at {Tokens} tokens to give its memory to an older one; it will be replayed."
    )]
    public static partial void RequestPreempted(ILogger logger, string model, long request, int tokens);

    [LoggerMessage(
        4,
        LogLevel.Debug,
        "Model {Model}: request {Request} reached the end of its context; {Dropped} tokens after the first {Kept} were dropped."
    )]
    public static partial void ContextSlid(ILogger logger, string model, long request, int kept, int dropped);

    [LoggerMessage(
        5,
        LogLevel.Warning,
        "Model {Model}: nobody has read request {Request} for {Seconds:F0} s; its memory may be given to others until reading goes on."
    )]
    public static partial void ReaderStalled(ILogger logger, string model, long request, double seconds);

    [LoggerMessage(
        7,
        LogLevel.Warning,
        "Model {Model}: {Device} failed while it computed ({Reason}). The model is opened on the next device; {Requests} request(s) wait for it."
    )]
    public static partial void DeviceFailed(ILogger logger, string model, string device, string reason, int requests);

    [LoggerMessage(
        8,
        LogLevel.Warning,
        "Model {Model}: it goes on with {Device}, {Seconds:F2} s after {FailedDevice} failed; its replies are replayed."
    )]
    public static partial void DeviceReplaced(
        ILogger logger,
        string model,
        string device,
        string failedDevice,
        double seconds
    );

    [LoggerMessage(9, LogLevel.Error, "Model {Model}: {Device} failed while it computed, and no other device serves.")]
    public static partial void NoDeviceLeft(ILogger logger, string model, string device, Exception error);

    [LoggerMessage(10, LogLevel.Debug, "Model {Model}: the device failed with an exception.")]
    public static partial void DeviceThrew(ILogger logger, string model, Exception error);

    [LoggerMessage(11, LogLevel.Warning, "What a failed device held could not be freed: {Problem}")]
    public static partial void NotFreed(ILogger logger, string problem, Exception? error);

    [LoggerMessage(6, LogLevel.Error, "Model {Model}: a step failed; the replies in it were ended.")]
    public static partial void StepFailed(ILogger logger, string model, Exception error);
}
