using System.Text.Json;

namespace LocalSlm.Assets.MiniMind;

/// <summary>The sizes in a published <c>config.json</c>.</summary>
internal sealed record MiniMindShape
{
    public required int Vocabulary { get; init; }
    public required int Context { get; init; }
    public required int Embedding { get; init; }
    public required int Layers { get; init; }
    public required int FeedForward { get; init; }
    public required int Heads { get; init; }
    public required int KeyValueHeads { get; init; }
    public required int HeadDimension { get; init; }
    public required float NormEpsilon { get; init; }
    public required float RopeBase { get; init; }

    public static MiniMindShape Read(JsonElement configuration) =>
        new()
        {
            Vocabulary = configuration.GetProperty("vocab_size").GetInt32(),
            Context = configuration.GetProperty("max_position_embeddings").GetInt32(),
            Embedding = configuration.GetProperty("hidden_size").GetInt32(),
            Layers = configuration.GetProperty("num_hidden_layers").GetInt32(),
            FeedForward = configuration.GetProperty("intermediate_size").GetInt32(),
            Heads = configuration.GetProperty("num_attention_heads").GetInt32(),
            KeyValueHeads = configuration.GetProperty("num_key_value_heads").GetInt32(),
            HeadDimension = configuration.GetProperty("head_dim").GetInt32(),
            NormEpsilon = configuration.GetProperty("rms_norm_eps").GetSingle(),
            RopeBase = configuration.GetProperty("rope_theta").GetSingle(),
        };
}
