using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LocalSlm.Hosting.Registration;

/// <summary>Completes a host's options once everybody has set theirs: the host's defaults go to every model that does not say otherwise,
/// then what was said in <c>AddChatModel</c> and <c>AddEmbeddingModel</c> is set, then what all share limits each, then names that are paths become models.</summary>
internal sealed class OptionsCompletion(ModelRegistry registry, IServiceProvider services)
    : IPostConfigureOptions<LocalSlmOptions>
{
    public void PostConfigure(string? name, LocalSlmOptions options)
    {
        // Options of another name belong to the application.
        if (name != Options.DefaultName)
        {
            return;
        }

        foreach (var model in options.Models.Values)
        {
            LoadOptionTable.Complete(options.Defaults, model.Load, model.OwnLoadOptions, conversations: true);
        }

        foreach (var model in options.EmbeddingModels.Values)
        {
            LoadOptionTable.Complete(
                options.Defaults,
                model.Embedding.Load,
                model.OwnLoadOptions,
                conversations: false
            );
        }

        // After the defaults, so that code can set back what they say.
        foreach (var set in registry.CodeSettings)
        {
            set(options);
        }

        foreach (var model in options.Models.Values)
        {
            model.MaxCacheBytes ??= options.MaxCacheBytes;

            // No model plans for more than all of them may take: what is automatic is chosen so that it fits.
            model.Load.MemoryBudgetBytes ??= options.MemoryBudgetBytes;
        }

        foreach (var model in options.EmbeddingModels.Values)
        {
            model.Embedding.Load.MemoryBudgetBytes ??= options.MemoryBudgetBytes;
        }

        foreach (var (model, source) in registry.Named)
        {
            options.NamedBy.TryAdd(model, source);
            if (options.Model(model) is { Path: null } named && IsPath(model))
            {
                named.Path = model;
            }
        }
    }

    // A name such as microsoft/phi-4-mini looks like a path; it is one if something is there, or if it cannot be a name.
    private bool IsPath(string text) =>
        Path.IsPathRooted(text)
        || text.StartsWith("./", StringComparison.Ordinal)
        || text.StartsWith("../", StringComparison.Ordinal)
        || Path.GetExtension(text).ToLowerInvariant() is ".gguf" or ".onnx"
        || Path.Exists(text)
        || (
            services.GetService<IHostEnvironment>()?.ContentRootPath is { } root
            && Path.Exists(Path.Combine(root, text))
        );
}
