using System.Runtime.InteropServices;

namespace LocalSlm.Gguf.Interop;

/// <summary>A native object that this process owns. A parent given at creation stays alive as long as this object does.</summary>
internal abstract class NativeHandle : SafeHandle
{
    private readonly SafeHandle[] _parents;

    protected NativeHandle(nint handle, params ReadOnlySpan<SafeHandle?> parents)
        : base(0, ownsHandle: true)
    {
        _parents = Hold(parents);
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
        foreach (var parent in _parents)
        {
            parent.DangerousRelease();
        }

        return true;
    }

    private static SafeHandle[] Hold(ReadOnlySpan<SafeHandle?> parents)
    {
        var held = new List<SafeHandle>(parents.Length);
        foreach (var parent in parents)
        {
            if (parent is not null)
            {
                var isHeld = false;
                parent.DangerousAddRef(ref isHeld);
                held.Add(parent);
            }
        }

        return [.. held];
    }
}
