using LocalSlm.Gguf;
using LocalSlm.Onnx;
using Microsoft.Extensions.AI;

namespace LocalSlm.Benchmarks.EndToEnd.Measuring;

/// <summary>A model loaded as an application would, with what the benchmarks ask of it.</summary>
internal sealed class LoadedClient : IAsyncDisposable
{
    private readonly LocalChatClient _client;
    private readonly Dictionary<int, float> _noEnd;

    private LoadedClient(LocalChatClient client)
    {
        _client = client;
        Tokenizer = (ITokenizer)client.GetService(typeof(ITokenizer))!;
        _noEnd = Tokenizer.EndOfGenerationTokens.ToDictionary(token => token, _ => float.NegativeInfinity);
    }

    public IChatClient Client => _client;

    public ITokenizer Tokenizer { get; }

    public LoadedModelInfo Info => (LoadedModelInfo)_client.GetService(typeof(LoadedModelInfo))!;

    public static async Task<LoadedClient> LoadAsync(BenchmarkModel model, ModelLoadOptions options) =>
        new(
            model.IsOnnx
                ? await OnnxModel.LoadChatClientAsync(model.Path, options)
                : await GgufModel.LoadChatClientAsync(model.Path, options)
        );

    /// <summary>Makes options for a greedy reply of exactly so many tokens: the end of the reply is forbidden.</summary>
    public ChatOptions Exactly(int outputTokens, bool usesCache = false, bool isRaw = false) =>
        new()
        {
            Temperature = 0,
            MaxOutputTokens = outputTokens,
            MinP = 0,
            RepetitionPenalty = 1,
            LogitBias = _noEnd,
            UsePrefixCache = usesCache,
            RawCompletion = isRaw,
        };

    /// <summary>Makes a user message that gives a prompt of so many tokens, template included.</summary>
    public List<ChatMessage> Prompt(int tokens, int seed, string? system = null, ChatOptions? options = null)
    {
        return Messages(PromptText.Make(tokens, seed, text => _client.CountPromptTokens(Messages(text), options)));

        List<ChatMessage> Messages(string text) =>
            system is null
                ? [new ChatMessage(ChatRole.User, text)]
                : [new ChatMessage(ChatRole.System, system), new ChatMessage(ChatRole.User, text)];
    }

    /// <summary>Gets the tokens of a raw completion's prompt.</summary>
    public int[] Encode(string text)
    {
        var tokens = new List<int>();
        Tokenizer.Encode([new PromptSpan(text, IsControl: false)], addSpecialTokens: true, tokens);
        return [.. tokens];
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
