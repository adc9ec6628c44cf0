using System.Runtime.CompilerServices;
using LocalSlm.Chat;
using LocalSlm.Scheduling;
using Microsoft.Extensions.AI;

namespace LocalSlm;

/// <summary>Chats with a model that runs in this process.</summary>
/// <remarks>
/// Safe for concurrent use; requests run beside each other. Every option and every content is honoured, or refused by name with
/// <see cref="NotSupportedException"/> when the method is called, before anything is enumerated. <c>docs/guide/chat.md</c> lists
/// them; <see cref="LocalChatOptions"/> and <see cref="LocalChatResponse"/> hold what goes beyond Microsoft.Extensions.AI.
/// <para>A client of a shared model may be disposed by whoever got it: that does nothing. A client that loaded its model itself
/// unloads it when disposed.</para>
/// </remarks>
public sealed class LocalChatClient : IChatClient, IAsyncDisposable
{
    private readonly ChatModelServices _services;
    private readonly ChatRequestTranslator _translator;
    private readonly PromptRenderer _renderer;
    private readonly PromptFitter _fitter;
    private readonly ReplyPlanner _planner;
    private readonly ChatClientMetadata _metadata;
    private readonly IAsyncDisposable? _owned;

    /// <summary>Creates a client.</summary>
    /// <param name="services">The model to talk to.</param>
    /// <param name="owned">What to dispose with the client, an <see cref="IDisposable"/> too; <see langword="null"/> if the
    /// model is shared.</param>
    internal LocalChatClient(ChatModelServices services, IAsyncDisposable? owned = null)
    {
        _services = services;
        _owned = owned;
        _translator = new ChatRequestTranslator(
            services.Info.Name,
            services.Info.Facts.RecommendedSampling,
            services.Tokenizer.VocabularySize,
            services.TemplateVariables,
            new ConstraintTranslator()
        );
        _renderer = new PromptRenderer(services);
        var markers = new ControlTokenNames(services.Tokenizer);
        _planner = new ReplyPlanner(
            new ToolGrammars(markers.ToNode),
            markers.ToNode,
            () => services.Info.ContextTokens
        );
        _fitter = new PromptFitter(
            _renderer,
            services.PromptTokenizer,
            new LongestToken(services.Tokenizer),
            () => services.Info.ContextTokens
        );
        _metadata = new ChatClientMetadata("localslm", defaultModelId: services.Info.Name);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">An option or a content is not supported; the message names it.</exception>
    /// <exception cref="ContextOverflowException">The prompt is longer than the context.</exception>
    /// <exception cref="ChatTemplateException">The chat template refuses the conversation.</exception>
    /// <exception cref="InvalidToolException">A tool's name or schema is unfit, two tools have one name, or a required tool is
    /// missing.</exception>
    /// <exception cref="UnsupportedSchemaException">The schema of the response format cannot be enforced.</exception>
    /// <exception cref="GrammarException">The grammar, the pattern or the choices are malformed or too large.</exception>
    /// <exception cref="ModelNotFoundException"><see cref="ChatOptions.ModelId"/> names another model.</exception>
    /// <exception cref="QueueFullException">Too many requests wait.</exception>
    /// <exception cref="ModelUnloadedException">The model was unloaded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var (request, prompt, plan) = Prepare(messages, options, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var assembler = MakeAssembler(prompt, plan);
        var finish = GenerationFinish.None;
        var generation = Submit(request, prompt, plan, cancellationToken);
        await using (generation.ConfigureAwait(false))
        {
            while (await generation.WaitToReadAsync().ConfigureAwait(false))
            {
                while (generation.TryRead(out var piece))
                {
                    assembler.Collect(in piece);
                    finish = piece.Finish;
                }
            }

            ThrowIfUnfinished(finish);
            Remember(prompt, plan, assembler.Text, generation);
            return assembler.MakeResponse(finish, generation.Usage);
        }
    }

    /// <inheritdoc/>
    /// <remarks>The request is checked, rendered and counted by this call; it is queued when enumeration starts. Enumerating
    /// again asks again. Ending the enumeration early cancels the reply.</remarks>
    /// <exception cref="NotSupportedException">An option or a content is not supported; the message names it.</exception>
    /// <exception cref="ContextOverflowException">The prompt is longer than the context.</exception>
    /// <exception cref="ChatTemplateException">The chat template refuses the conversation.</exception>
    /// <exception cref="InvalidToolException">A tool's name or schema is unfit, two tools have one name, or a required tool is
    /// missing.</exception>
    /// <exception cref="UnsupportedSchemaException">The schema of the response format cannot be enforced.</exception>
    /// <exception cref="GrammarException">The grammar, the pattern or the choices are malformed or too large.</exception>
    /// <exception cref="ModelNotFoundException"><see cref="ChatOptions.ModelId"/> names another model.</exception>
    /// <exception cref="ModelUnloadedException">The model was unloaded.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var (request, prompt, plan) = Prepare(messages, options, cancellationToken);
        return StreamAsync(request, prompt, plan, cancellationToken);
    }

    /// <summary>Counts the prompt tokens of a request exactly, as they would be sent, without sending it and whatever its
    /// overflow policy.</summary>
    /// <param name="messages">The history.</param>
    /// <param name="options">The options, or <see langword="null"/>.</param>
    /// <returns>The tokens.</returns>
    /// <exception cref="NotSupportedException">An option or a content is not supported; the message names it.</exception>
    /// <exception cref="ChatTemplateException">The chat template refuses the conversation.</exception>
    /// <exception cref="ModelUnloadedException">The model was unloaded.</exception>
    public int CountPromptTokens(IEnumerable<ChatMessage> messages, ChatOptions? options = null) =>
        WhileLoaded(_fitter.Count, _translator.Translate(this, messages, options));

    /// <inheritdoc/>
    /// <remarks>Gives <see cref="ChatClientMetadata"/>, <see cref="LoadedModelInfo"/>, <see cref="EngineStatistics"/> (the
    /// figures of this moment), <see cref="ITokenizer"/>, and the client itself.</remarks>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType == typeof(LoadedModelInfo) ? _services.Info
            : serviceType == typeof(EngineStatistics) ? _services.Generator.Statistics
            : serviceType == typeof(ITokenizer) ? _services.Tokenizer
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Unloads the model if this client loaded it; otherwise does nothing.</summary>
    public void Dispose() => (_owned as IDisposable)?.Dispose();

    /// <summary>Unloads the model if this client loaded it; otherwise does nothing.</summary>
    /// <returns>A task that ends when the model is unloaded.</returns>
    public ValueTask DisposeAsync() => _owned?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        ChatRequest request,
        PreparedPrompt prompt,
        ReplyPlan plan,
        CancellationToken callToken,
        [EnumeratorCancellation] CancellationToken enumeratorToken = default
    )
    {
        callToken.ThrowIfCancellationRequested();
        enumeratorToken.ThrowIfCancellationRequested();
        using var cancellation = CallerCancellation.Join(callToken, enumeratorToken);
        var assembler = MakeAssembler(prompt, plan);
        var finish = GenerationFinish.None;
        var generation = Submit(request, prompt, plan, cancellation.Token);
        await using (generation.ConfigureAwait(false))
        {
            while (
                cancellation.IsLinked
                    ? await cancellation.WaitToReadAsync(generation).ConfigureAwait(false)
                    : await generation.WaitToReadAsync().ConfigureAwait(false)
            )
            {
                while (generation.TryRead(out var piece))
                {
                    finish = piece.Finish;
                    if (finish != GenerationFinish.None)
                    {
                        // Before the last update is given out: a reader need not come back after it.
                        Remember(prompt, plan, assembler.Text + piece.Text, generation);
                    }

                    var usage = finish == GenerationFinish.None ? null : generation.Usage;
                    if (assembler.MakeUpdate(in piece, usage) is { } update)
                    {
                        yield return update;
                    }
                }
            }

            ThrowIfUnfinished(finish);
        }
    }

    private (ChatRequest Request, PreparedPrompt Prompt, ReplyPlan Plan) Prepare(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options,
        CancellationToken cancellationToken
    )
    {
        var request = _translator.Translate(this, messages, options, cancellationToken);
        var prompt = WhileLoaded(_fitter.Fit, request);
        if (prompt.DroppedTurns > 0)
        {
            _services.Logger.TurnsDropped(
                _services.Info.Name,
                prompt.DroppedTurns,
                prompt.DroppedMessages,
                prompt.Tokens.Length,
                _services.Info.ContextTokens
            );
        }

        var plan = _planner.Plan(request, _renderer.ProfileOf(request), prompt, cancellationToken);
        if (plan.Downgrades.Count > 0)
        {
            _services.Logger.SchemaDowngraded(_services.Info.Name, string.Join("; ", plan.Downgrades));
        }

        return (request, prompt, plan);
    }

    /// <summary>Tells in our own words that the tokenizer went away with its model.</summary>
    private T WhileLoaded<T>(Func<ChatRequest, T> work, ChatRequest request)
    {
        try
        {
            return work(request);
        }
        catch (ObjectDisposedException)
        {
            throw new ModelUnloadedException(_services.Info.Name);
        }
    }

    private ResponseAssembler MakeAssembler(PreparedPrompt prompt, ReplyPlan plan) =>
        new(_services.Info.Name, _services.Clock.GetUtcNow(), prompt, plan);

    private IGeneration Submit(
        ChatRequest request,
        PreparedPrompt prompt,
        ReplyPlan plan,
        CancellationToken cancellationToken
    )
    {
        var sampling = request.HasSeed
            ? request.Sampling
            : request.Sampling with
            {
                Seed = unchecked((ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue)),
            };
        return _services.Generator.Submit(
            new GenerationRequest
            {
                Prompt = prompt.Tokens,
                Sampling = sampling,
                MaxOutputTokens = request.MaxOutputTokens ?? int.MaxValue,
                StopSequences = request.StopSequences,

                // A text that is gone on with has begun: there a space is a space.
                DropsFirstSpace =
                    _services.Tokenizer.AddsSpaceBeforeText && !request.RawCompletion && !request.ContinueFinalMessage,
                UsePrefixCache = request.UsePrefixCache,
                TopLogProbabilities = request.TopLogProbabilities,
                SlideKeepingTokens = prompt.SlideKeepingTokens,
                Progress = request.Progress,
                Shape = plan.Shape,
                IncludesControlTokens = plan.IncludesControlTokens,
            },
            cancellationToken
        );
    }

    /// <summary>Keeps how the reply was really tokenised, so that the next turn finds it in the KV cache.</summary>
    private void Remember(PreparedPrompt prompt, ReplyPlan plan, string reply, IGeneration generation)
    {
        if (
            generation.Usage.SlidTokens == 0
            && GeneratedTokens.SpellingOf(
                reply,
                generation.OutputTokens,
                _services.Tokenizer,
                plan.IncludesControlTokens
            )
                is { } spelled
        )
        {
            _services.PromptTokenizer.Remember(prompt.Spans, prompt.Tokens, spelled);
        }
    }

    private void ThrowIfUnfinished(GenerationFinish finish)
    {
        if (finish == GenerationFinish.None)
        {
            throw new InferenceException(
                _services.Info.Name,
                "the reply stopped without a reason. This is a defect of LocalSlm; please report it."
            );
        }
    }
}
