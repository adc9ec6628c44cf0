using System.Runtime.InteropServices;

namespace LocalSlm.Gguf.Interop;

/// <summary>A native object that this process owns. A parent given at creation stays alive as long as this object does.</summary>
internal abstract class NativeHandle : SafeHandle
{
    private readonly SafeHandle? _parent;
    private readonly SafeHandle? _secondParent;

    protected NativeHandle(nint handle, SafeHandle? parent = null, SafeHandle? secondParent = null)
        : base(0, ownsHandle: true)
    {
        _parent = Hold(parent);
        _secondParent = Hold(secondParent);
        SetHandle(handle);
        if (handle != 0)
        {
            LiveHandles.Add();
        }
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Frees the native object.</summary>
    protected abstract void Free();

    protected sealed override bool ReleaseHandle()
    {
        Free();
        LiveHandles.Remove();
        _parent?.DangerousRelease();
        _secondParent?.DangerousRelease();
        return true;
    }

    private static SafeHandle? Hold(SafeHandle? parent)
    {
        if (parent is not null)
        {
            var held = false;
            parent.DangerousAddRef(ref held);
        }

        return parent;
    }
}
