using LocalSlm.Hosting.Registration;
using LocalSlm.Models;

namespace LocalSlm.Hosting;

/// <content>Which model a name means.</content>
public sealed partial class LocalModelHost
{
    /// <summary>Checks that a chat model is served.</summary>
    /// <returns>Its name.</returns>
    /// <exception cref="ModelNotFoundException">It is not.</exception>
    internal string Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _models.Options.Models.ContainsKey(name) ? name : throw NotFound(name, "", Names);
    }

    /// <summary>Checks that an embedding model is served.</summary>
    /// <returns>Its name.</returns>
    /// <exception cref="ModelNotFoundException">It is not.</exception>
    internal string FindEmbedding(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _models.Options.EmbeddingModels.ContainsKey(name)
            ? name
            : throw NotFound(name, "embedding ", EmbeddingNames);
    }

    private static string NameOf(object? key) => key as string ?? key?.ToString() ?? "";

    private static ModelNotFoundException NotFound(string name, string kind, IReadOnlyList<string> known)
    {
        var method = kind.Length == 0 ? "AddChatModel" : "AddEmbeddingModel";
        return new(
            name,
            known.Count == 0
                ? $"no {kind}model is registered. Add one with services.AddLocalSlm().{method}(name, path)."
                : $"no {kind}model is registered under this name. Registered are: {string.Join(", ", known)}. "
                    + MissingModel.LineToAdd(name, kind.Length == 0 ? "Models" : "EmbeddingModels")
        );
    }

    private List<ModelKey> FindAll(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        List<ModelKey> keys = [];
        var options = _models.Options;
        if (options.Models.ContainsKey(name))
        {
            keys.Add(new(ModelUse.Chat, name));
        }

        if (options.EmbeddingModels.ContainsKey(name))
        {
            keys.Add(new(ModelUse.Embedding, name));
        }

        return keys.Count > 0 ? keys : throw NotFound(name, "", [.. Names, .. EmbeddingNames]);
    }
}
