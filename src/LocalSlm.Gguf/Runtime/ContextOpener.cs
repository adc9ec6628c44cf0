using LocalSlm.Gguf.Interop;

namespace LocalSlm.Gguf.Runtime;

/// <summary>Opens a native context with the thread pools it computes on.</summary>
internal static class ContextOpener
{
    // Workers spin for some milliseconds behind each step, so that the next token finds them awake, and sleep when a reply ends:
    // a sleeping pool costs a wake-up every token (about 7 % of a 26 M model's decode on two cores).
    private const uint BriefPoll = 1;

    private const int MostThreads = 512; // GGML_MAX_N_THREADS in ggml.h, v0.4.0

    /// <summary>Refuses a number of threads that the library would abort on.</summary>
    /// <exception cref="ModelLoadException">It is over the library's limit.</exception>
    public static void CheckThreads(string path, int? threads)
    {
        if (threads > MostThreads)
        {
            throw new ModelLoadException(
                path,
                $"Threads is {threads}; llama.cpp takes at most {MostThreads}. Leave it out for the cores there are."
            );
        }
    }

    /// <summary>Opens a context.</summary>
    /// <param name="path">The model's file, for messages.</param>
    /// <param name="model">The model.</param>
    /// <param name="parameters">What is asked for; threads and flash attention are set here.</param>
    /// <param name="flashAttention">Whether flash attention is used; <see langword="null"/> to leave it to the library.</param>
    /// <param name="threads">The threads that compute.</param>
    /// <param name="log">Holds what the library says.</param>
    /// <param name="expectedWarning">A warning of the library's that is not passed on, or <see langword="null"/>.</param>
    /// <returns>The context; it holds its pools from here on.</returns>
    /// <exception cref="ModelLoadException">The library refused.</exception>
    public static ContextHandle Open(
        string path,
        ModelHandle model,
        LlamaContextParams parameters,
        bool? flashAttention,
        int threads,
        NativeLogScope log,
        string? expectedWarning
    )
    {
        parameters.n_threads = threads;
        parameters.n_threads_batch = threads;
        parameters.flash_attn_type = flashAttention switch
        {
            null => -1,
            true => 1,
            false => 0,
        };
        ThreadPoolHandle? pool = null;
        ThreadPoolHandle? restingPool = null;
        try
        {
            log.ClearErrors();
            log.ExpectedWarning = expectedWarning;
            if (threads > 1)
            {
                pool = ThreadPoolHandle.Create(threads, BriefPoll);
                restingPool = ThreadPoolHandle.Create(threads - 1);
            }

            return ContextHandle.Create(model, parameters, pool, restingPool)
                ?? throw new ModelLoadException(path, WeightsLoader.Describe(log.LastErrors));
        }
        finally
        {
            log.ExpectedWarning = null;
            pool?.Dispose();
            restingPool?.Dispose();
        }
    }
}
