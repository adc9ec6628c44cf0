using LocalSlm.Hosting.Registration;
using LocalSlm.Models;

namespace LocalSlm.Hosting.Lifetime;

/// <summary>The models that a host serves: what options say, told to the manager of models, at start and whenever they change.</summary>
internal sealed class ServedModels(ModelRegistry registry, ModelLoader loader, ModelManager manager)
{
    private readonly Lock _gate = new();
    private Snapshot _now = new(new LocalSlmOptions(), [], []);

    /// <summary>Gets the names of chat models: those that were registered, in that order, then later ones.</summary>
    public IReadOnlyList<string> Names => Volatile.Read(ref _now).Names;

    /// <summary>Gets the names of embedding models.</summary>
    public IReadOnlyList<string> EmbeddingNames => Volatile.Read(ref _now).EmbeddingNames;

    /// <summary>Gets the options in force.</summary>
    public LocalSlmOptions Options => Volatile.Read(ref _now).Options;

    /// <summary>Gets the models that are to be loaded at start, in the order of loading.</summary>
    public IReadOnlyList<ModelKey> LoadedAtStart
    {
        get
        {
            var now = Volatile.Read(ref _now);
            return
            [
                .. now
                    .Names.Where(name => now.Options.Models[name].LoadAtStart)
                    .Select(static name => new ModelKey(ModelUse.Chat, name)),
                .. now
                    .EmbeddingNames.Where(name => now.Options.EmbeddingModels[name].LoadAtStart)
                    .Select(static name => new ModelKey(ModelUse.Embedding, name)),
            ];
        }
    }

    /// <summary>Gets what all models together may take.</summary>
    public static ModelLimits LimitsOf(LocalSlmOptions options) =>
        new()
        {
            MaxLoadedModels = options.MaxLoadedModels,
            MemoryBudgetBytes = options.MemoryBudgetBytes,
            MaxWaitingRequests = options.MaxWaitingRequests,
            LowMemoryBytes = options.LowMemoryBytes,
        };

    /// <summary>Puts options in force: adds, removes and changes models.</summary>
    /// <param name="options">Valid options, which nobody changes any more.</param>
    public void Apply(LocalSlmOptions options)
    {
        lock (_gate)
        {
            var old = _now.Options;
            manager.SetLimits(LimitsOf(options));
            Update(ModelUse.Chat, old.Models, options.Models, MakeChat, LoadOptionsComparison.AreSame);
            Update(
                ModelUse.Embedding,
                old.EmbeddingModels,
                options.EmbeddingModels,
                MakeEmbedding,
                LoadOptionsComparison.AreSame
            );
            Volatile.Write(
                ref _now,
                new Snapshot(
                    options,
                    Order(registry.Names, options.Models.Keys),
                    Order(registry.EmbeddingNames, options.EmbeddingModels.Keys)
                )
            );

            ModelDefinition MakeChat(string name, ChatModelOptions model) =>
                new(
                    new ModelKey(ModelUse.Chat, name),
                    async token => new ResidentChatModel(
                        await loader.LoadAsync(name, model, token).ConfigureAwait(false),
                        model.Load.UseMemoryMap
                    )
                )
                {
                    KeepAlive = model.KeepAlive ?? options.KeepAlive,
                    EstimateAsync = token => loader.EstimateAsync(model.Path!, model.Load, model.MaxCacheBytes, token),
                };

            ModelDefinition MakeEmbedding(string name, EmbeddingModelOptions model) =>
                new(
                    new ModelKey(ModelUse.Embedding, name),
                    async token => new ResidentEmbeddingModel(
                        await loader.LoadAsync(name, model, token).ConfigureAwait(false)
                    )
                )
                {
                    KeepAlive = model.KeepAlive ?? options.KeepAlive,
                    EstimateAsync = token => loader.EstimateAsync(model.Path!, model.Embedding, token),
                };
        }
    }

    private void Update<T>(
        ModelUse use,
        IDictionary<string, T> old,
        IDictionary<string, T> now,
        Func<string, T, ModelDefinition> make,
        Func<T, T, bool> areSame
    )
    {
        foreach (var name in old.Keys.Where(name => !now.ContainsKey(name)))
        {
            manager.Remove(new ModelKey(use, name));
        }

        foreach (var (name, model) in now)
        {
            var definition = make(name, model);
            if (!old.TryGetValue(name, out var before))
            {
                manager.Add(definition);
            }
            else if (areSame(before, model))
            {
                manager.SetKeepAlive(definition.Key, definition.KeepAlive);
            }
            else
            {
                manager.Change(definition);
            }
        }
    }

    private static string[] Order(IReadOnlyList<string> registered, ICollection<string> served) =>
        [.. registered.Where(served.Contains), .. served.Where(name => !registered.Contains(name))];

    private sealed record Snapshot(LocalSlmOptions Options, string[] Names, string[] EmbeddingNames);
}
