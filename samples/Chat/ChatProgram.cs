using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace LocalSlm.Samples.Chat;

/// <summary>Runs the chat: one question where there is one, else a conversation.</summary>
internal static class ChatProgram
{
    // What a shell gives a program that SIGINT ended: 128 + 2.
    private const int Interrupted = 130;

    public static async Task<int> RunAsync(ChatSettings settings)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

        // Everything but the reply goes to standard error: a pipe gets the reply alone. Colours only on a terminal, and none
        // where NO_COLOR is set; the library sees to both.
        var notices = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Console.IsErrorRedirected)
        {
            // A file has no width to fold lines at.
            notices.Profile.Width = int.MaxValue / 2;
        }

        var prompt = settings.Prompt;
        var isConversation = prompt.Length == 0 && !Console.IsInputRedirected;
        if (prompt.Length == 0 && !isConversation)
        {
            prompt = (await Console.In.ReadToEndAsync()).Trim();
            if (prompt.Length == 0)
            {
                notices.MarkupLine("[red]There is no prompt: standard input is empty.[/]");
                return 2;
            }
        }

        try
        {
            var path = settings.ModelPath ?? ModelComposition.FindDefault();
            await using var services = ModelComposition.Compose(path, settings.Verbose);
            using var interrupt = new ReplyInterrupt();
            var options = new ChatOptions
            {
                Temperature = settings.Temperature,
                MaxOutputTokens = settings.MaxOutputTokens,
            };
            var client = services.GetRequiredService<IChatClient>();
            var conversation = new Conversation(client, settings.SystemPrompt, options);
            var writer = new ReplyWriter(conversation, interrupt, notices);
            if (isConversation)
            {
                await new ChatShell(conversation, writer, interrupt, notices).RunAsync();
                return 0;
            }

            return await writer.WriteAsync(prompt) ? 0 : Interrupted;
        }
        catch (Exception failure) when (failure is LocalSlmException or IOException or ArgumentException)
        {
            notices.MarkupLineInterpolated($"[red]{failure.Message}[/]");
            return 1;
        }
    }
}
