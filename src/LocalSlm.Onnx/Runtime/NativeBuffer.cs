using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LocalSlm.Onnx.Runtime;

/// <summary>Memory outside the managed heap that tensors lie in: zeroed, aligned for vector instructions, perhaps larger than a
/// span can be.</summary>
internal sealed unsafe class NativeBuffer : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int Alignment = 64;

    private static int s_live;
    private readonly byte* _start;

    private NativeBuffer(byte* memory, long bytes)
        : base(ownsHandle: true)
    {
        Bytes = bytes;
        _start = (byte*)(((nint)memory + Alignment - 1) & ~(nint)(Alignment - 1));
        SetHandle((nint)memory);
        Interlocked.Increment(ref s_live);
    }

    /// <summary>Gets how many buffers of this process are not freed.</summary>
    public static int LiveCount => Volatile.Read(ref s_live);

    /// <summary>Gets the size.</summary>
    public long Bytes { get; }

    /// <summary>Gets the first byte; valid until this buffer is disposed.</summary>
    public byte* Start
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return _start;
        }
    }

    /// <summary>Takes memory from the system, which hands out zeroed pages as they are touched.</summary>
    /// <exception cref="OutOfMemoryException">There is none.</exception>
    public static NativeBuffer Allocate(long bytes) =>
        new((byte*)NativeMemory.AllocZeroed((nuint)(bytes + Alignment)), bytes);

    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        Interlocked.Decrement(ref s_live);
        return true;
    }
}
