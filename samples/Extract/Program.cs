using LocalSlm.Hosting;
using LocalSlm.Samples.Extract;
using Microsoft.Extensions.AI;
using Spectre.Console;

// Records out of text. Every reply is a valid Person, whatever the model; whether it is the right one is up to the model. The default of
// 26 million parameters copies years and most names, and guesses the field; SmolLM2 of 135 million copies names and guesses some years.
// Try a larger one with --model PATH.
var at = Array.IndexOf(args, "--model");
var path = at >= 0 && at + 1 < args.Length ? args[at + 1] : "artifacts/assets/models/minimind2-small-q8_0.gguf";
string[] texts = at >= 0 ? [.. args[..at], .. args[Math.Min(at + 2, args.Length)..]] : args;
if (texts.Length == 0)
{
    texts =
    [
        "Ada Lovelace, born in London in 1815, wrote the first program for a computing machine.",
        "Albert Einstein was born in Ulm in 1879. He changed how we think of space and time.",
        "Jane Austen, born in 1775, wrote Pride and Prejudice.",
    ];
}

await using var chat = await LocalModelHost.LoadChatClientAsync(path);
var options = new ChatOptions
{
    Instructions = "Extract the person whom the text is about.",
    Temperature = 0,
    MaxOutputTokens = 500,
};
var table = new Table().AddColumns("Name", "Born", "Field", "Text");
foreach (var text in texts)
{
    var response = await chat.GetResponseAsync<Person>(text, options);
    if (response.TryGetResult(out var person))
    {
        table.AddRow(Markup.Escape(person.Name), $"{person.Born}", $"{person.Field}", Markup.Escape(text));
    }
    else
    {
        // Only the token limit can cut a bound reply off.
        table.AddRow("", "", $"{response.FinishReason}", Markup.Escape(text));
    }
}

AnsiConsole.Write(table);
