using System.CommandLine;
using LocalSlm.Samples.Chat;

var prompt = new Argument<string[]>("prompt")
{
    Description = "What to ask. Without it: standard input if that is redirected, else a conversation.",
    Arity = ArgumentArity.ZeroOrMore,
};
var model = new Option<FileInfo?>("--model")
{
    Description = "A GGUF file, or a folder with an ONNX model; default: the model that the build restored.",
};
var system = new Option<string?>("--system") { Description = "What the model is told before the conversation." };
var temperature = new Option<float?>("--temperature")
{
    Description = "0 for the likeliest words; default: the model's.",
};
var maxTokens = new Option<int?>("--max-tokens") { Description = "The longest reply, in tokens; default 1024." };
var verbose = new Option<bool>("--verbose") { Description = "Show what the library and its runtime log." };

var command = new RootCommand("Chats with a language model that runs inside this program.")
{
    prompt,
    model,
    system,
    temperature,
    maxTokens,
    verbose,
};
command.SetAction(
    (parsed, _) =>
        ChatProgram.RunAsync(
            new ChatSettings
            {
                Prompt = string.Join(' ', parsed.GetValue(prompt) ?? []),
                ModelPath = parsed.GetValue(model)?.FullName,
                SystemPrompt = parsed.GetValue(system),
                Temperature = parsed.GetValue(temperature),
                MaxOutputTokens = parsed.GetValue(maxTokens) ?? 1024,
                Verbose = parsed.GetValue(verbose),
            }
        )
);

// Ctrl+C means "stop the reply" here; the command line library would end the program.
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
