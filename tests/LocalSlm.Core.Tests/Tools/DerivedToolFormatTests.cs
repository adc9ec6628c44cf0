using System.Text;
using LocalSlm.Templating;
using LocalSlm.Tests.Templating;
using LocalSlm.Tools;

namespace LocalSlm.Tests.Tools;

public class DerivedToolFormatTests
{
    private static readonly ReplyParserInput Request = new()
    {
        Tools =
        [
            new ToolDescription(SampleCall.First.Name, "", ReplySample.Ping.Parameters),
            new ToolDescription(SampleCall.Second.Name, "", ReplySample.Ping.Parameters),
        ],
    };

    /// <summary>The layouts written by hand are what the families' own templates render.</summary>
    [Theory]
    [InlineData("Qwen-Qwen2.5-7B-Instruct", "hermes")]
    [InlineData("Qwen-Qwen3-0.6B", "hermes")]
    [InlineData("Qwen-QwQ-32B", "hermes")]
    [InlineData("MiMo-VL", "hermes")]
    [InlineData("NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use", "hermes")]
    [InlineData("ibm-granite-granite-4.0", "hermes")]
    [InlineData("ibm-granite-granite-4.1", "hermes")]
    [InlineData("npm-minimind2", "hermes")]
    [InlineData("meta-llama-Llama-3.1-8B-Instruct", "llama3")]
    [InlineData("meta-llama-Llama-3.2-3B-Instruct", "llama3")]
    public void ToLayout_TemplateOfAKnownFamily_GivesTheLayoutOfTheFamily(string template, string family)
    {
        var known = Assert.IsType<JsonToolFormat>(ToolFormats.Find(family)).Layout;

        var rendered = RenderedCalls.Read(Renderer(template));
        Assert.NotNull(rendered);
        var derived = DerivedToolFormat.ToLayout(rendered);

        Assert.Equal(
            (known.BlockOpen, known.CallOpen, known.Middle, known.CallClose, known.Separator, known.BlockClose),
            (
                derived.BlockOpen,
                derived.CallOpen,
                derived.Middle,
                derived.CallClose,
                derived.Separator,
                derived.BlockClose
            )
        );
    }

    [Theory]
    [InlineData("NVIDIA-Nemotron-Nano-v2", "<TOOLCALL>[{\"name\": \"", "\", \"arguments\": ")]
    [InlineData("meetkai-functionary-medium-v3.1", "<function=", ">")]
    [InlineData("unsloth-mistral-Devstral-Small-2507", "[TOOL_CALLS]", "[ARGS]")]
    public void TryDerive_TemplateThatRendersCalls_GivesItsForm(string template, string open, string middle)
    {
        var format = Assert.IsType<JsonToolFormat>(DerivedToolFormat.TryDerive(Renderer(template)));

        Assert.Equal((open, middle), (format.Layout.BlockOpen + format.Layout.CallOpen, format.Layout.Middle));
    }

    [Theory]
    [InlineData("google-gemma-2-2b-it")]
    [InlineData("ct-chatml")]
    [InlineData("microsoft-Phi-3.5-mini-instruct")]
    [InlineData("mistralai-Mistral-Nemo-Instruct-2407")]
    [InlineData("CohereForAI-c4ai-command-r7b-12-2024-tool_use")]
    [InlineData("Qwen3-Coder")]
    [InlineData("LFM2.5-8B-A1B")]
    public void TryDerive_TemplateWithoutCallsInJsonOrWithIdsInThem_GivesNone(string template) =>
        Assert.Null(DerivedToolFormat.TryDerive(Renderer(template)));

    [Fact]
    public void TryDerive_EveryGoldenTemplate_ReadsBackWhatTheTemplateRenders()
    {
        var failures = new StringBuilder();
        int count = 0;
        foreach (var (name, _) in GoldenTemplate.ReadAllOrSkip())
        {
            var render = Renderer(name);
            if (DerivedToolFormat.TryDerive(render) is not { } format || RenderedCalls.Read(render) is not { } rendered)
            {
                continue;
            }

            count++;
            string call = rendered.Open + SampleCall.First.Name + rendered.Middle + SampleCall.First.ArgumentsText;
            string text = rendered.Between is { } between
                ? call + between + SampleCall.Second.Name + rendered.Middle + SampleCall.Second.ArgumentsText
                : call;
            var expected = new[] { SampleCall.First, SampleCall.Second }
                .Take(rendered.Between is null ? 1 : 2)
                .Select(static c => new ParsedToolCall(null, c.Name, c.ArgumentsText));
            var reply = ReplySample.Read(format, text + rendered.Close, Request);
            if (reply.Parts.Count != reply.Calls.Count || !reply.Calls.SequenceEqual(expected))
            {
                failures.AppendLine($"{name}: {text}{rendered.Close}\n      {reply}");
            }
        }

        Assert.True(failures.Length == 0, failures.ToString());
        Assert.True(count >= 12, $"only {count} templates");
    }

    private static TemplateRenderer Renderer(string template) =>
        TemplateRendering.ToRenderer(
            ChatTemplate.Parse(GoldenTemplate.SourceOrNull(template)!),
            "<s>",
            "</s>",
            FixedTime.Golden
        );
}
