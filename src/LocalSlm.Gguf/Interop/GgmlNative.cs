using System.Runtime.InteropServices;

namespace LocalSlm.Gguf.Interop;

/// <summary>Functions of <c>ggml.h</c> and <c>ggml-backend.h</c>, llama.cpp v0.4.0, by the library that exports them.</summary>
internal static unsafe partial class GgmlNative
{
    public const string Library = "ggml";
    public const string BaseLibrary = "ggml-base";

    [LibraryImport(Library)]
    public static partial void ggml_backend_load_all_from_path([MarshalAs(UnmanagedType.LPUTF8Str)] string directory);

    [LibraryImport(Library)]
    public static partial nuint ggml_backend_dev_count();

    [LibraryImport(Library)]
    public static partial nint ggml_backend_dev_get(nuint index);

    [LibraryImport(Library)]
    public static partial nint ggml_backend_dev_by_type(int type);

    [LibraryImport(BaseLibrary)]
    public static partial void ggml_log_set(delegate* unmanaged[Cdecl]<int, byte*, void*, void> callback, void* data);

    [LibraryImport(BaseLibrary)]
    public static partial byte* ggml_backend_dev_name(nint device);

    [LibraryImport(BaseLibrary)]
    public static partial byte* ggml_backend_dev_description(nint device);

    [LibraryImport(BaseLibrary)]
    public static partial int ggml_backend_dev_type(nint device);

    [LibraryImport(BaseLibrary)]
    public static partial void ggml_backend_dev_get_props(nint device, GgmlDeviceProps* properties);

    [LibraryImport(BaseLibrary)]
    public static partial nint ggml_backend_cpu_buffer_type();

    [LibraryImport(BaseLibrary)]
    public static partial nint ggml_backend_dev_backend_reg(nint device);

    [LibraryImport(BaseLibrary)]
    public static partial nint ggml_backend_reg_get_proc_address(
        nint registry,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string name
    );

    [LibraryImport(BaseLibrary)]
    public static partial void ggml_threadpool_params_init(GgmlThreadpoolParams* parameters, int threads);
}
