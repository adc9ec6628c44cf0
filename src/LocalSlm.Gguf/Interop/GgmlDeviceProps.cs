using System.Runtime.InteropServices;

namespace LocalSlm.Gguf.Interop;

/// <summary><c>struct ggml_backend_dev_props</c> of <c>ggml-backend.h</c>, llama.cpp v0.4.0. C <c>bool</c> is
/// <see langword="byte"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GgmlDeviceProps
{
    public byte* name;
    public byte* description;
    public nuint memory_free;
    public nuint memory_total;
    public int type;
    public byte* device_id;
    public byte caps_async;
    public byte caps_host_buffer;
    public byte caps_buffer_from_host_ptr;
    public byte caps_events;
    public byte caps_mmap_support;
}
