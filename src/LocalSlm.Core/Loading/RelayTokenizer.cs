namespace LocalSlm.Loading;

/// <summary>The tokenizer of the model that serves now. Callers keep this one object when another model, with the same vocabulary,
/// takes the place of a model whose device has failed.</summary>
/// <remarks>Safe for concurrent use. A call that may reach a native vocabulary is counted while it lasts, and the old model is freed when
/// none is left: one atomic addition before and one after it, on the caller's way to the engine. What is asked for each token is in
/// managed memory (see <see cref="ITokenizer"/>) and costs nothing more.</remarks>
internal sealed class RelayTokenizer(ITokenizer tokenizer) : ITokenizer
{
    private volatile Holder _holder = new(tokenizer);

    public int VocabularySize => _holder.Tokenizer.VocabularySize;

    public string BosText => _holder.Tokenizer.BosText;

    public string EosText => _holder.Tokenizer.EosText;

    public IReadOnlyList<int> EndOfGenerationTokens => _holder.Tokenizer.EndOfGenerationTokens;

    public bool AddsSpaceBeforeText => _holder.Tokenizer.AddsSpaceBeforeText;

    /// <summary>Goes on with another tokenizer.</summary>
    /// <returns>A task that ends when nobody uses the old one any more.</returns>
    public Task SwitchTo(ITokenizer next)
    {
        var old = _holder;
        _holder = new Holder(next);
        return old.RetireAsync();
    }

    public void Encode(IReadOnlyList<PromptSpan> prompt, bool addSpecialTokens, List<int> tokens)
    {
        var holder = Enter();
        try
        {
            holder.Tokenizer.Encode(prompt, addSpecialTokens, tokens);
        }
        finally
        {
            holder.Leave();
        }
    }

    public ReadOnlySpan<byte> GetBytes(int token) => _holder.Tokenizer.GetBytes(token);

    public string GetName(int token)
    {
        var holder = Enter();
        try
        {
            return holder.Tokenizer.GetName(token);
        }
        finally
        {
            holder.Leave();
        }
    }

    public bool IsControl(int token) => _holder.Tokenizer.IsControl(token);

    public bool IsEndOfGeneration(int token) => _holder.Tokenizer.IsEndOfGeneration(token);

    private Holder Enter()
    {
        while (true)
        {
            var holder = _holder;
            if (holder.TryEnter())
            {
                return holder;
            }

            // It was retired between the two lines: the next one is there already.
        }
    }

    private sealed class Holder(ITokenizer tokenizer)
    {
        // Callers, and one for the place itself until it is taken away.
        private int _users = 1;
        private TaskCompletionSource? _unused;

        public ITokenizer Tokenizer => tokenizer;

        public bool TryEnter()
        {
            var users = Volatile.Read(ref _users);
            while (users > 0)
            {
                var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
                if (seen == users)
                {
                    return true;
                }

                users = seen;
            }

            return false;
        }

        public void Leave()
        {
            if (Interlocked.Decrement(ref _users) == 0)
            {
                _unused!.SetResult();
            }
        }

        public Task RetireAsync()
        {
            _unused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Leave();
            return _unused.Task;
        }
    }
}
