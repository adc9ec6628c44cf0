using System.Text.Json;
using LocalSlm.Sampling;
using LocalSlm.Testing.Fakes;
using Microsoft.Extensions.AI;

namespace LocalSlm.Tests.Chat;

public sealed class SamplingOptionsTests
{
    private static readonly ChatMessage[] s_hello = [new(ChatRole.User, "hello")];

    [Fact]
    public async Task GetResponse_NothingSaid_DocumentedDefaultsApply()
    {
        // The defaults of docs/guide/chat.md, which are llama.cpp's.
        var sampling = await SampleAsync(new FakeChatModel(), null);

        Assert.Equal(
            new SamplingSettings
            {
                Temperature = 0.8f,
                TopK = 40,
                TopP = 0.95f,
                MinP = 0.05f,
                TypicalP = 1,
                RepetitionPenalty = 1,
                FrequencyPenalty = 0,
                PresencePenalty = 0,
                PenaltyWindowTokens = 64,
                DryMultiplier = 0,
                DryBase = 1.75f,
                DryAllowedLength = 2,
            },
            sampling with
            {
                Seed = 0,
            }
        );
    }

    [Fact]
    public async Task GetResponse_ModelRecommends_AppliesWhereTheCallerIsSilent()
    {
        var recommended = new RecommendedSampling
        {
            Temperature = 0.6f,
            TopK = 20,
            TopP = 0.9f,
            MinP = 0f,
            RepetitionPenalty = 1.1f,
            PenaltyWindowTokens = 32,
        };

        var silent = await SampleAsync(new FakeChatModel(recommended: recommended), new ChatOptions());
        var spoken = await SampleAsync(
            new FakeChatModel(recommended: recommended),
            new ChatOptions
            {
                Temperature = 0,
                TopK = 5,
                MinP = 0.2f,
                RepetitionPenalty = 1.3f,
            }
        );

        Assert.Equal(
            (0.6f, 20, 0.9f, 0f, 1.1f, 32),
            (
                silent.Temperature,
                silent.TopK,
                silent.TopP,
                silent.MinP,
                silent.RepetitionPenalty,
                silent.PenaltyWindowTokens
            )
        );
        Assert.Equal(
            (0f, 5, 0.9f, 0.2f, 1.3f, 32),
            (
                spoken.Temperature,
                spoken.TopK,
                spoken.TopP,
                spoken.MinP,
                spoken.RepetitionPenalty,
                spoken.PenaltyWindowTokens
            )
        );
    }

    [Fact]
    public async Task GetResponse_EverySetting_ReachesTheEngine()
    {
        var model = new FakeChatModel();
        var options = new ChatOptions
        {
            Temperature = 0.1f,
            TopK = 2,
            TopP = 0.3f,
            FrequencyPenalty = 0.4f,
            PresencePenalty = -0.5f,
            Seed = -1,
            MaxOutputTokens = 9,
            StopSequences = ["END", "\n\n"],
            MinP = 0.6f,
            TypicalP = 0.7f,
            RepetitionPenalty = 1.8f,
            PenaltyWindowTokens = 11,
            LogitBias = new Dictionary<int, float> { [65] = float.NegativeInfinity, [66] = 2.5f },
            DryMultiplier = 0.8f,
            DryBase = 1.5f,
            DryAllowedLength = 3,
            UsePrefixCache = false,
            TopLogProbabilities = 4,
        };

        await model.Client.GetResponseAsync(s_hello, options);

        var request = Assert.Single(model.Generator.Requests);
        var bias = request.Sampling.LogitBias!;
        Assert.Equal(
            new SamplingSettings
            {
                Temperature = 0.1f,
                TopK = 2,
                TopP = 0.3f,
                FrequencyPenalty = 0.4f,
                PresencePenalty = -0.5f,
                Seed = ulong.MaxValue,
                MinP = 0.6f,
                TypicalP = 0.7f,
                RepetitionPenalty = 1.8f,
                PenaltyWindowTokens = 11,
                DryMultiplier = 0.8f,
                DryBase = 1.5f,
                DryAllowedLength = 3,
            },
            request.Sampling with
            {
                LogitBias = null,
            }
        );
        Assert.Equal(2, bias.Count);
        Assert.Equal(float.NegativeInfinity, bias[65]);
        Assert.Equal(2.5f, bias[66]);
        Assert.Equal(9, request.MaxOutputTokens);
        Assert.Equal(["END", "\n\n"], request.StopSequences);
        Assert.False(request.UsePrefixCache);
        Assert.Equal(4, request.TopLogProbabilities);
    }

    [Fact]
    public async Task GetResponse_OptionsThatWentThroughJson_MeanTheSame()
    {
        var options = new ChatOptions
        {
            MinP = 0.25f,
            PenaltyWindowTokens = 12,
            UsePrefixCache = false,
            OverflowPolicy = OverflowPolicy.SlideWindow,
            LogitBias = new Dictionary<int, float> { [65] = float.NegativeInfinity, [66] = 2.5f },
            ChatTemplateVariables = new Dictionary<string, object?> { ["date"] = "today", ["level"] = 3 },
        };
        var json = JsonSerializer.Serialize(options, AIJsonUtilities.DefaultOptions);
        var read = JsonSerializer.Deserialize<ChatOptions>(json, AIJsonUtilities.DefaultOptions)!;
        var model = new FakeChatModel();

        await model.Client.GetResponseAsync(s_hello, read);

        var request = Assert.Single(model.Generator.Requests);
        Assert.Equal(0.25f, request.Sampling.MinP);
        Assert.Equal(12, request.Sampling.PenaltyWindowTokens);
        Assert.False(request.UsePrefixCache);
        Assert.NotNull(request.SlideKeepingTokens);
        Assert.Equal(float.NegativeInfinity, request.Sampling.LogitBias![65]);
        Assert.Equal(2.5f, request.Sampling.LogitBias[66]);
        Assert.Equal("today", model.Format.Inputs[0].Variables["date"]);
        Assert.Equal(3L, model.Format.Inputs[0].Variables["level"]);
    }

    [Fact]
    public async Task GetResponse_NoSeed_Varies()
    {
        var model = new FakeChatModel();

        for (var call = 0; call < 4; call++)
        {
            await model.Client.GetResponseAsync(s_hello);
        }

        Assert.Equal(4, model.Generator.Requests.Select(request => request.Sampling.Seed).Distinct().Count());
    }

    public static TheoryData<string, Action<ChatOptions>> OutOfRange =>
        new()
        {
            { "Temperature", o => o.Temperature = float.NaN },
            { "Temperature", o => o.Temperature = -0.1f },
            { "Temperature", o => o.Temperature = float.PositiveInfinity },
            { "TopP", o => o.TopP = float.NaN },
            { "TopP", o => o.TopP = 1.1f },
            { "TopP", o => o.TopP = -0.1f },
            { "TopK", o => o.TopK = -1 },
            { "FrequencyPenalty", o => o.FrequencyPenalty = float.NaN },
            { "PresencePenalty", o => o.PresencePenalty = float.NegativeInfinity },
            { "MaxOutputTokens", o => o.MaxOutputTokens = 0 },
            { "MaxOutputTokens", o => o.MaxOutputTokens = -5 },
            { "MinP", o => o.MinP = 1.5f },
            { "TypicalP", o => o.TypicalP = 0 },
            { "RepetitionPenalty", o => o.RepetitionPenalty = 0 },
            { "PenaltyWindowTokens", o => o.PenaltyWindowTokens = -1 },
            { "DryMultiplier", o => o.DryMultiplier = -1 },
            { "DryBase", o => o.DryBase = 0.5f },
            { "DryAllowedLength", o => o.DryAllowedLength = -1 },
            { "TopLogProbabilities", o => o.TopLogProbabilities = 21 },
            { "TopLogProbabilities", o => o.TopLogProbabilities = -1 },
            { "LogitBias", o => o.LogitBias = new Dictionary<int, float> { [1] = float.NaN } },
            { "LogitBias", o => o.LogitBias = new Dictionary<int, float> { [0x110004] = 1 } },
        };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void GetStreamingResponse_ValueOutOfRange_ThrowsAtTheCallAndNamesIt(string name, Action<ChatOptions> set)
    {
        var options = new ChatOptions();
        set(options);

        var error = Assert.Throws<ArgumentOutOfRangeException>(() =>
            new FakeChatModel().Client.GetStreamingResponseAsync(s_hello, options)
        );

        Assert.Equal(name, error.ParamName);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void GetStreamingResponse_EmptyStopSequence_Throws(string? stop)
    {
        var error = Assert.Throws<ArgumentException>(() =>
            new FakeChatModel().Client.GetStreamingResponseAsync(s_hello, new() { StopSequences = ["x", stop!] })
        );

        Assert.Equal("StopSequences", error.ParamName);
    }

    [Theory]
    [InlineData("min_p", "high")]
    [InlineData("penalty_window_tokens", 1.5)]
    [InlineData("use_prefix_cache", 1)]
    [InlineData("overflow_policy", "crash")]
    [InlineData("chat_template", 5)]
    [InlineData("logit_bias", "none")]
    public void GetStreamingResponse_AdditionalPropertyOfWrongKind_ThrowsAndNamesIt(string key, object value)
    {
        var options = new ChatOptions { AdditionalProperties = new() { [key] = value } };

        var error = Assert.Throws<ArgumentException>(() =>
            new FakeChatModel().Client.GetStreamingResponseAsync(s_hello, options)
        );

        Assert.Contains(key, error.Message, StringComparison.Ordinal);
    }

    private static async Task<SamplingSettings> SampleAsync(FakeChatModel model, ChatOptions? options)
    {
        await model.Client.GetResponseAsync(s_hello, options);
        return Assert.Single(model.Generator.Requests).Sampling;
    }
}
