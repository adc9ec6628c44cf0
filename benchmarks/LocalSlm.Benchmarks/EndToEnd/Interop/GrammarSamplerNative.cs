using System.Reflection;
using System.Runtime.InteropServices;
using LocalSlm.Gguf.Interop;

namespace LocalSlm.Benchmarks.EndToEnd.Interop;

/// <summary>llama.cpp's grammar sampler, in the same native library that LocalSlm computes with.</summary>
internal static unsafe partial class GrammarSamplerNative
{
    /// <summary>Binds to the library that is loaded, and loads it if none is.</summary>
    public static void Bind()
    {
        var libraries = NativeRuntime.EnsureLoaded(null);
        NativeLibrary.SetDllImportResolver(
            Assembly.GetExecutingAssembly(),
            (name, _, _) => name == LlamaNative.Library ? libraries.Llama : 0
        );
    }

    [LibraryImport(LlamaNative.Library)]
    public static partial nint llama_sampler_init_grammar(
        nint vocabulary,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string grammar,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string root
    );

    [LibraryImport(LlamaNative.Library)]
    public static partial void llama_sampler_apply(nint sampler, TokenDataArray* candidates);

    [LibraryImport(LlamaNative.Library)]
    public static partial void llama_sampler_accept(nint sampler, int token);

    [LibraryImport(LlamaNative.Library)]
    public static partial void llama_sampler_free(nint sampler);
}
