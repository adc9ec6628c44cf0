using System.Runtime.InteropServices;
using LocalSlm.Hardware;

namespace LocalSlm.Gguf.Interop;

/// <summary>A model's <c>llama_vocab</c>. Keeps the model alive during each call. Safe for concurrent use.</summary>
internal sealed unsafe class VocabularyReader(ModelHandle model)
{
    private readonly nint _vocabulary = LlamaNative.llama_model_get_vocab(model);

    public int TokenCount => Call(LlamaNative.llama_vocab_n_tokens);

    /// <summary>Gets the kind, <c>enum llama_vocab_type</c>.</summary>
    public int Kind => Call(LlamaNative.llama_vocab_type);

    public int BeginOfSequence => Call(LlamaNative.llama_vocab_bos);

    public int EndOfSequence => Call(LlamaNative.llama_vocab_eos);

    public bool AddsBeginOfSequence => Call(vocabulary => LlamaNative.llama_vocab_get_add_bos(vocabulary)) != 0;

    /// <summary>Gets a token's text as the vocabulary spells it.</summary>
    public string GetText(int token)
    {
        var held = Enter();
        try
        {
            return Marshal.PtrToStringUTF8((nint)LlamaNative.llama_vocab_get_text(_vocabulary, token)) ?? string.Empty;
        }
        finally
        {
            Leave(held);
        }
    }

    /// <summary>Gets the bytes of a token's text as the vocabulary spells it.</summary>
    public byte[] GetTextBytes(int token)
    {
        var held = Enter();
        try
        {
            return MemoryMarshal
                .CreateReadOnlySpanFromNullTerminated(LlamaNative.llama_vocab_get_text(_vocabulary, token))
                .ToArray();
        }
        finally
        {
            Leave(held);
        }
    }

    /// <summary>Gets a token's attributes, <c>enum llama_token_attr</c>.</summary>
    public int GetAttributes(int token)
    {
        var held = Enter();
        try
        {
            return LlamaNative.llama_vocab_get_attr(_vocabulary, token);
        }
        finally
        {
            Leave(held);
        }
    }

    public bool IsEndOfGeneration(int token)
    {
        var held = Enter();
        try
        {
            return LlamaNative.llama_vocab_is_eog(_vocabulary, token) != 0;
        }
        finally
        {
            Leave(held);
        }
    }

    /// <summary>Writes the bytes that a token stands for; the result is their number, or minus the number where the target is too
    /// small.</summary>
    public int GetPiece(int token, Span<byte> target)
    {
        var held = Enter();
        try
        {
            fixed (byte* buffer = target)
            {
                return LlamaNative.llama_token_to_piece(_vocabulary, token, buffer, target.Length, 0, special: 1);
            }
        }
        finally
        {
            Leave(held);
        }
    }

    /// <summary>Tokenises UTF-8; the result is the number of tokens, or minus the number where the target is too small.</summary>
    /// <exception cref="ObjectDisposedException">The model was freed, or the process ends.</exception>
    public int Tokenize(ReadOnlySpan<byte> text, Span<int> target, bool addSpecial, bool parseSpecial)
    {
        if (!ProcessExitGate.TryEnter())
        {
            throw new ObjectDisposedException(nameof(ModelHandle), "The process ends.");
        }

        var held = false;
        try
        {
            held = Enter();

            // An empty span gives a null pointer; the library builds a string from the pointer, so give it a real one.
            byte none = 0;
            fixed (byte* bytes = text)
            fixed (int* tokens = target)
            {
                return LlamaNative.llama_tokenize(
                    _vocabulary,
                    bytes == null ? &none : bytes,
                    text.Length,
                    tokens,
                    target.Length,
                    addSpecial ? (byte)1 : (byte)0,
                    parseSpecial ? (byte)1 : (byte)0
                );
            }
        }
        finally
        {
            Leave(held);
            ProcessExitGate.Leave();
        }
    }

    private int Call(Func<nint, int> function)
    {
        var held = Enter();
        try
        {
            return function(_vocabulary);
        }
        finally
        {
            Leave(held);
        }
    }

    private bool Enter()
    {
        var held = false;
        model.DangerousAddRef(ref held);
        return held;
    }

    private void Leave(bool held)
    {
        if (held)
        {
            model.DangerousRelease();
        }
    }
}
