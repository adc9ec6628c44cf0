using System.Runtime.InteropServices;
using Polly.CircuitBreaker;

namespace LocalSlm.Loading;

/// <summary>Says what an error of a load is about: the model, the device, or a moment.</summary>
internal static class LoadFaults
{
    /// <summary>Windows' ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION as HRESULTs, and EWOULDBLOCK of Linux and macOS, which .NET gives
    /// for a file that another process has locked.</summary>
    private static readonly int[] s_sharingViolations =
    [
        unchecked((int)0x80070020),
        unchecked((int)0x80070021),
        11,
        35,
    ];

    /// <summary>How the libraries spell that a device's memory is taken: CUDA's words for cudaErrorMemoryAllocation, Vulkan-Hpp's name of
    /// VK_ERROR_OUT_OF_DEVICE_MEMORY and the C name, which ggml's Vulkan backend and ONNX Runtime's providers pass on.</summary>
    private static readonly string[] s_fullDevice =
    [
        "out of memory",
        "OutOfDeviceMemory",
        "OUT_OF_DEVICE_MEMORY",
        "device is busy",
    ];

    /// <summary>Tells whether another candidate may do better. Errors about the model's files, the caller's options and the caller's wish
    /// to stop are the same everywhere.</summary>
    public static bool MovesOn(Exception error) =>
        error
            is ModelLoadException
                or InsufficientMemoryException
                or InferenceException
                or NativeLibraryException
                or ModelQuarantinedException
                or IOException
                or ExternalException;

    /// <summary>Tells whether the same may work in a moment: memory of a device that other programs use, or a file that is
    /// locked.</summary>
    public static bool IsTransient(Exception error, ComputeDevice? device)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is IOException io && IsSharingViolation(io))
            {
                return true;
            }
        }

        return device is not null
            && IsAccelerator(device)
            && error is InsufficientMemoryException or ModelLoadException
            && IsOutOfMemory(error);
    }

    /// <summary>Tells whether somebody else holds the file.</summary>
    public static bool IsSharingViolation(IOException error) => s_sharingViolations.Contains(error.HResult);

    /// <summary>Tells whether it is certain that the device or its driver is at fault: the runtime says so.</summary>
    public static bool IsOfDevice(Exception error) =>
        error is InferenceException or ExternalException
        || (error is ModelLoadException { FailedDevices.Count: > 0 } && !IsOutOfMemory(error));

    /// <summary>Tells whether the device may be at fault: it is, if another one then serves the same model.</summary>
    public static bool MayBeOfDevice(Exception error) =>
        IsOfDevice(error) || (error is ModelLoadException or NativeLibraryException && !IsOutOfMemory(error));

    /// <summary>Tells whether a device has a driver of its own that can be broken.</summary>
    public static bool IsAccelerator(ComputeDevice device) => !DeviceSelector.Cpu.Matches(device);

    /// <summary>Gets the kind of an error.</summary>
    public static LoadFaultKind KindOf(Exception error) =>
        error switch
        {
            ModelQuarantinedException => LoadFaultKind.Quarantined,
            { InnerException: TimeoutException } => LoadFaultKind.TimedOut,
            { InnerException: BrokenCircuitException } => LoadFaultKind.CircuitOpen,
            _ when IsOutOfMemory(error) => LoadFaultKind.OutOfMemory,
            _ => LoadFaultKind.Failed,
        };

    /// <summary>Gets the words of an error about one device, without the path of the model.</summary>
    public static string ReasonOf(Exception error)
    {
        if (error is not ModelLoadException load)
        {
            return error.Message.Trim();
        }

        if (load.FailedDevices.Count > 0)
        {
            return load.FailedDevices[^1].Reason;
        }

        var start = $"Loading '{load.Path}' failed: ";
        return (
            load.Message.StartsWith(start, StringComparison.Ordinal) ? load.Message[start.Length..] : load.Message
        ).Trim();
    }

    private static bool IsOutOfMemory(Exception error) =>
        error is InsufficientMemoryException
        || Array.Exists(s_fullDevice, words => error.Message.Contains(words, StringComparison.OrdinalIgnoreCase));
}
