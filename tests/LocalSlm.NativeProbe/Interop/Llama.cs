using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LocalSlm.NativeProbe.Interop;

/// <summary>The few calls that the probe makes.</summary>
internal static unsafe partial class Llama
{
    private const string Library = "llama";
    private const string GgmlLibrary = "ggml";

    /// <summary>Loads the native libraries from a folder and picks its processor backend. Native messages are dropped, except
    /// for what an abort prints.</summary>
    public static void Load(string folder)
    {
        NativeLibrary.Load(Path.Combine(folder, "libggml-base.so"));
        var ggml = NativeLibrary.Load(Directory.GetFiles(folder, "libggml.*so").Single());
        var llama = NativeLibrary.Load(Directory.GetFiles(folder, "libllama.*so").Single());
        NativeLibrary.SetDllImportResolver(
            Assembly.GetExecutingAssembly(),
            (name, _, _) => name == GgmlLibrary ? ggml : llama
        );
        LogSet(&DropMessage, null);
        LoadBackends(folder);
        BackendInit();
    }

    [LibraryImport(Library, EntryPoint = "llama_model_default_params")]
    public static partial LlamaModelParams ModelDefaultParams();

    [LibraryImport(Library, EntryPoint = "llama_context_default_params")]
    public static partial LlamaContextParams ContextDefaultParams();

    [LibraryImport(Library, EntryPoint = "llama_model_load_from_file", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void* LoadModel(string path, LlamaModelParams parameters);

    [LibraryImport(Library, EntryPoint = "llama_model_free")]
    public static partial void FreeModel(void* model);

    [LibraryImport(Library, EntryPoint = "llama_init_from_model")]
    public static partial void* CreateContext(void* model, LlamaContextParams parameters);

    [LibraryImport(Library, EntryPoint = "llama_free")]
    public static partial void FreeContext(void* context);

    [LibraryImport(Library, EntryPoint = "llama_model_get_vocab")]
    public static partial void* GetVocabulary(void* model);

    [LibraryImport(Library, EntryPoint = "llama_vocab_n_tokens")]
    public static partial int TokenCount(void* vocabulary);

    [LibraryImport(Library, EntryPoint = "llama_vocab_is_eog")]
    public static partial byte IsEndOfGeneration(void* vocabulary, int token);

    [LibraryImport(Library, EntryPoint = "llama_model_has_encoder")]
    public static partial byte HasEncoder(void* model);

    [LibraryImport(Library, EntryPoint = "llama_model_has_decoder")]
    public static partial byte HasDecoder(void* model);

    [LibraryImport(Library, EntryPoint = "llama_model_chat_template")]
    public static partial byte* ChatTemplate(void* model, byte* name);

    [LibraryImport(Library, EntryPoint = "llama_tokenize")]
    public static partial int Tokenize(
        void* vocabulary,
        byte* text,
        int length,
        int* tokens,
        int capacity,
        byte addSpecial,
        byte parseSpecial
    );

    [LibraryImport(Library, EntryPoint = "llama_token_to_piece")]
    public static partial int TokenToPiece(
        void* vocabulary,
        int token,
        byte* buffer,
        int length,
        int leftStrip,
        byte special
    );

    [LibraryImport(Library, EntryPoint = "llama_get_memory")]
    public static partial void* GetMemory(void* context);

    [LibraryImport(Library, EntryPoint = "llama_memory_seq_rm")]
    public static partial byte MemoryRemove(void* memory, int sequence, int from, int to);

    [LibraryImport(Library, EntryPoint = "llama_memory_seq_cp")]
    public static partial void MemoryCopy(void* memory, int source, int target, int from, int to);

    [LibraryImport(Library, EntryPoint = "llama_batch_init")]
    public static partial LlamaBatch BatchInit(int tokens, int embedding, int sequences);

    [LibraryImport(Library, EntryPoint = "llama_batch_free")]
    public static partial void BatchFree(LlamaBatch batch);

    [LibraryImport(Library, EntryPoint = "llama_decode")]
    public static partial int Decode(void* context, LlamaBatch batch);

    [LibraryImport(Library, EntryPoint = "llama_get_logits_ith")]
    public static partial float* GetLogits(void* context, int index);

    [LibraryImport(Library, EntryPoint = "llama_backend_init")]
    private static partial void BackendInit();

    [LibraryImport(Library, EntryPoint = "llama_log_set")]
    private static partial void LogSet(delegate* unmanaged[Cdecl]<int, byte*, void*, void> callback, void* userData);

    [LibraryImport(
        GgmlLibrary,
        EntryPoint = "ggml_backend_load_all_from_path",
        StringMarshalling = StringMarshalling.Utf8
    )]
    private static partial void LoadBackends(string folder);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void DropMessage(int level, byte* text, void* userData)
    {
        if (level >= 4 && Environment.GetEnvironmentVariable("LOCALSLM_PROBE_LOG") == "1")
        {
            Console.Error.Write(Marshal.PtrToStringUTF8((nint)text));
        }
    }
}
