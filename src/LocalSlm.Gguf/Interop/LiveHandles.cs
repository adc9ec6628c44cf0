namespace LocalSlm.Gguf.Interop;

/// <summary>Counts the native objects that are alive, so that a test can tell that none was left behind.</summary>
internal static class LiveHandles
{
    private static int s_count;

    /// <summary>Gets how many native objects are alive in this process.</summary>
    public static int Count => Volatile.Read(ref s_count);

    public static void Add() => Interlocked.Increment(ref s_count);

    public static void Remove() => Interlocked.Decrement(ref s_count);
}
