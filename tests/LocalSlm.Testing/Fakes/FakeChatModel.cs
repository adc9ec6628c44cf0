using LocalSlm.Chat;
using LocalSlm.Tools;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalSlm.Testing.Fakes;

/// <summary>A chat client over a scripted engine, with everything it stands on in reach.</summary>
internal sealed class FakeChatModel
{
    public const string Name = "fake-model";

    public FakeChatModel(
        int contextTokens = 4096,
        RecommendedSampling? recommended = null,
        bool hasTemplate = true,
        IReadOnlyDictionary<string, object?>? variables = null,
        ILogger? logger = null,
        TimeProvider? clock = null,
        bool remembers = false,
        string? template = null,
        ToolFormat? toolFormat = null
    )
    {
        Client = new LocalChatClient(
            new ChatModelServices
            {
                Info = new LoadedModelInfo
                {
                    Name = Name,
                    Facts = new ModelFacts
                    {
                        Path = "fake.gguf",
                        Runtime = "fake",
                        Architecture = "fake-arch",
                        RecommendedSampling = recommended ?? new RecommendedSampling(),
                    },
                    Device = "CPU",
                    RuntimeVersion = "1.0",
                    ContextTokens = contextTokens,
                    CacheTokens = contextTokens,
                    MaxConcurrentReplies = 4,
                    Threads = 1,
                    GpuLayers = 0,
                    KvCacheLayout = KvCacheLayout.Unified,
                    LoadDuration = TimeSpan.Zero,
                },
                Generator = Generator,
                Tokenizer = Tokenizer,
                PromptTokenizer = remembers ? new PromptMemory(Tokenizer) : new PromptTokenizer(Tokenizer),
                PromptFormat =
                    template is not null ? new JinjaPromptFormat(template, Tokenizer, TimeProvider.System)
                    : hasTemplate ? Format
                    : null,
                ToolFormat = toolFormat,
                ParsePromptFormat = source =>
                {
                    ParsedTemplates.Add(source);
                    return RequestFormat;
                },
                TemplateVariables = variables ?? new Dictionary<string, object?>(),
                Clock = clock ?? TimeProvider.System,
                Logger = logger ?? NullLogger.Instance,
            }
        );
    }

    public LocalChatClient Client { get; }

    public ScriptedTextGenerator Generator { get; } = new();

    public CharacterTokenizer Tokenizer { get; } = new();

    public ChatMlFormat Format { get; } = new();

    /// <summary>Gets the format that stands for every template a request brings.</summary>
    public ChatMlFormat RequestFormat { get; } = new();

    /// <summary>Gets the templates that were parsed, in order.</summary>
    public List<string> ParsedTemplates { get; } = [];

    /// <summary>Gets the prompt of the last request, spelled out.</summary>
    public string LastPrompt => Tokenizer.Spell(Generator.Requests[^1].Prompt);
}
