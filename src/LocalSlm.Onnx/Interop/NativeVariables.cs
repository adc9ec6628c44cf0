using System.Runtime.InteropServices;

namespace LocalSlm.Onnx.Interop;

/// <summary>The environment variables that native code sees. On Unix .NET keeps a copy of its own:
/// <see cref="Environment.SetEnvironmentVariable(string, string)"/> does not reach <c>getenv</c>.</summary>
internal static partial class NativeVariables
{
    /// <summary>Reads a variable as native code would.</summary>
    public static string? Get(string name) =>
        OperatingSystem.IsWindows() ? Environment.GetEnvironmentVariable(name) : Marshal.PtrToStringUTF8(GetUnix(name));

    /// <summary>Sets a variable for native code. C's environment is not safe against other threads that change it at this very
    /// moment, so this is done as early as can be, and not when the value is there already.</summary>
    /// <returns>Whether native code sees the value now.</returns>
    public static bool Set(string name, string value)
    {
        if (OperatingSystem.IsWindows())
        {
            // The process's own block, which GetEnvironmentVariable of Windows reads; and the copy that the C runtime keeps for
            // getenv, if it is the shared one. A library with a C runtime of its own copies the block when it is loaded.
            Environment.SetEnvironmentVariable(name, value);
            SetRuntimeCopy(name, value);
            return true;
        }

        return Get(name) == value || SetUnix(name, value, overwrite: 1) == 0;
    }

    private static void SetRuntimeCopy(string name, string value)
    {
        try
        {
            _ = SetUniversalRuntime(name, value);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            // No shared C runtime is in the process: nobody reads its copy.
        }
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetUnix(string name);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetUnix(string name, string value, int overwrite);

    [LibraryImport("ucrtbase", EntryPoint = "_putenv_s", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetUniversalRuntime(string name, string value);
}
