namespace LocalSlm.Tokenization;

/// <summary>Brings added tokens and a model's own vocabulary together.</summary>
internal static class AddedTokenIds
{
    /// <summary>Checks the ids of added tokens.</summary>
    /// <param name="file">The file, for errors.</param>
    /// <param name="tokens">The tokens as the file has them.</param>
    /// <param name="model">The model.</param>
    /// <returns>The tokens; where the model's vocabulary has one under another id, with that one, as the reference does.</returns>
    /// <exception cref="ModelFileException">Two tokens have the same id.</exception>
    public static List<AddedToken> Settle(string file, IEnumerable<AddedToken> tokens, ITokenModel model)
    {
        var settled = new List<AddedToken>();
        var byId = new Dictionary<int, string>();
        foreach (var token in tokens)
        {
            if (token.Content.Length == 0)
            {
                continue;
            }

            var id = model.TryGetId(token.Content, out var own) ? own : token.Id;
            var holder = byId.GetValueOrDefault(id) ?? (own == id ? null : model.GetName(id));
            if (holder is not null && holder != token.Content)
            {
                throw new ModelFileException(
                    file,
                    $"the added token '{token.Content}' has the id {id}, which belongs to '{holder}' already."
                );
            }

            if (byId.TryAdd(id, token.Content))
            {
                settled.Add(token with { Id = id });
            }
        }

        return settled;
    }
}
