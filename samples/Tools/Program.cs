using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using LocalSlm.Hosting;
using Microsoft.Extensions.AI;

// A small agent with two functions. The first round must call one; with what it gives the model answers. Every call is valid. The default
// model of 26 million parameters does not find the right city all the same; SmolLM2 of 135 million takes the right function and city.
// Both only repeat what the function gave. Try a larger model with --model PATH.
var at = Array.IndexOf(args, "--model");
var path = at >= 0 && at + 1 < args.Length ? args[at + 1] : "artifacts/assets/models/minimind2-small-q8_0.gguf";
string[] words = at >= 0 ? [.. args[..at], .. args[Math.Min(at + 2, args.Length)..]] : args;
var question = words.Length > 0 ? string.Join(' ', words) : "What is the weather in Izmir?";

await using var model = await LocalModelHost.LoadChatClientAsync(path);
using var agent = model.AsBuilder().UseFunctionInvocation().Build();
var options = new ChatOptions
{
    Tools = [AIFunctionFactory.Create(GetWeather, "get_weather"), AIFunctionFactory.Create(GetTime, "get_time")],
    ToolMode = ChatToolMode.RequireAny,
    AllowMultipleToolCalls = false,
    Temperature = 0,
    MaxOutputTokens = 100,
};
await foreach (var update in agent.GetStreamingResponseAsync(question, options))
{
    foreach (var content in update.Contents)
    {
        switch (content)
        {
            case FunctionCallContent call:
                var arguments = call.Arguments ?? new Dictionary<string, object?>();
                Console.WriteLine($"[{call.Name}({string.Join(", ", arguments.Select(a => $"{a.Key}: {a.Value}"))})]");
                break;
            case FunctionResultContent result:
                Console.WriteLine($"[-> {result.Result}]");
                break;
            case TextContent text:
                Console.Write(text.Text);
                break;
        }
    }
}

Console.WriteLine();

[Description("Gets the weather of a city.")]
static string GetWeather([Description("The city's name"), RegularExpression("^[A-Z][a-z]+$")] string city) =>
    $"{city}: 21 °C, sunny";

[Description("Gets the time of day in a city.")]
static string GetTime([Description("The city's name"), RegularExpression("^[A-Z][a-z]+$")] string city) =>
    $"{city}: 14:05";
