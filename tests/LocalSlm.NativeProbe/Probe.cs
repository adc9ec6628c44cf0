using System.Text;
using LocalSlm.NativeProbe.Interop;

namespace LocalSlm.NativeProbe;

/// <summary>Does with a file what an engine does: load, tokenise, decode prompts and single tokens, cut back, share.</summary>
internal static unsafe class Probe
{
    private const int BatchTokens = 96;

    private static readonly string[] Texts =
    [
        "Hello world, what is the capital of France?\n\n",
        "<|im_start|>user\nπ ≈ 3.14 日本 🚀 <start_of_turn> </s> [SEP]\u0007\t",
        "",
        " ",
    ];

    /// <summary>Tries a file.</summary>
    /// <returns>What came of it: <c>decoded</c>, or where the library refused it politely.</returns>
    public static string Try(string path)
    {
        var modelParams = Llama.ModelDefaultParams();
        modelParams.GpuLayers = 0;
        var model = Llama.LoadModel(path, modelParams);
        if (model == null)
        {
            return "no model";
        }

        try
        {
            return TryModel(model);
        }
        finally
        {
            Llama.FreeModel(model);
        }
    }

    private static string TryModel(void* model)
    {
        var vocabulary = Llama.GetVocabulary(model);
        Llama.ChatTemplate(model, null);
        var count = Llama.TokenCount(vocabulary);
        ReadPieces(vocabulary, count);
        foreach (var text in Texts)
        {
            Tokenize(vocabulary, text);
        }

        var contextParams = Llama.ContextDefaultParams();
        contextParams.ContextTokens = 256;
        contextParams.BatchTokens = BatchTokens;
        contextParams.MicroBatchTokens = BatchTokens;
        contextParams.MaxSequences = 2;
        contextParams.KvUnified = 1;
        contextParams.Threads = 1;
        contextParams.BatchThreads = 1;
        contextParams.NoPerf = 1;
        var context = Llama.CreateContext(model, contextParams);
        if (context == null)
        {
            return "no context";
        }

        try
        {
            return count > 0 ? TryDecode(context, count) : "no tokens";
        }
        finally
        {
            Llama.FreeContext(context);
        }
    }

    private static string TryDecode(void* context, int vocabularySize)
    {
        var batch = Llama.BatchInit(BatchTokens, 0, 1);
        try
        {
            var memory = Llama.GetMemory(context);
            var next = 0;
            var result = Decode(context, ref batch, 0, 0, BatchTokens, vocabularySize, ref next);
            if (result != 0 || memory == null)
            {
                return $"decode {result}";
            }

            for (var step = 0; step < 4 && result == 0; step++)
            {
                result = Decode(context, ref batch, 0, BatchTokens + step, 1, vocabularySize, ref next);
            }

            // Whole sequences only: what any memory can do.
            Llama.MemoryCopy(memory, 0, 1, -1, -1);
            result |= Decode(context, ref batch, 1, BatchTokens + 4, 3, vocabularySize, ref next);
            if (Llama.MemoryRemove(memory, 0, BatchTokens, -1) != 0)
            {
                result |= Decode(context, ref batch, 0, BatchTokens, 2, vocabularySize, ref next);
            }

            return result == 0 ? "decoded" : $"decode {result}";
        }
        finally
        {
            Llama.BatchFree(batch);
        }
    }

    private static int Decode(
        void* context,
        ref LlamaBatch batch,
        int sequence,
        int position,
        int count,
        int vocabularySize,
        ref int next
    )
    {
        batch.Tokens = count;
        for (var i = 0; i < count; i++)
        {
            batch.Token[i] = (int)((long)next++ * 7919 % vocabularySize);
            batch.Position[i] = position + i;
            batch.SequenceCount[i] = 1;
            batch.Sequence[i][0] = sequence;
            batch.Logits[i] = (sbyte)(i == count - 1 ? 1 : 0);
        }

        var result = Llama.Decode(context, batch);
        if (result == 0)
        {
            var logits = Llama.GetLogits(context, -1);
            if (logits != null)
            {
                new ReadOnlySpan<float>(logits, vocabularySize).IndexOf(float.MaxValue);
            }
        }

        return result;
    }

    private static void ReadPieces(void* vocabulary, int count)
    {
        var buffer = stackalloc byte[256];
        for (var token = 0; token < count; token++)
        {
            Llama.IsEndOfGeneration(vocabulary, token);
            Llama.TokenToPiece(vocabulary, token, buffer, 256, 0, 1);
        }
    }

    private static void Tokenize(void* vocabulary, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text + "\0");
        var tokens = stackalloc int[256];
        fixed (byte* start = bytes)
        {
            for (byte mode = 0; mode < 4; mode++)
            {
                Llama.Tokenize(vocabulary, start, bytes.Length - 1, tokens, 256, (byte)(mode & 1), (byte)(mode >> 1));
            }
        }
    }
}
