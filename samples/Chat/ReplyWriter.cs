using Spectre.Console;

namespace LocalSlm.Samples.Chat;

/// <summary>Writes a reply as it comes, then a line with its figures.</summary>
internal sealed class ReplyWriter(Conversation conversation, ReplyInterrupt interrupt, IAnsiConsole notices)
{
    /// <summary>Asks and writes.</summary>
    /// <returns>Whether the reply came to its end; <see langword="false"/> if Ctrl+C stopped it.</returns>
    public async Task<bool> WriteAsync(string prompt)
    {
        var figures = new ReplyFigures();
        var stop = interrupt.BeginReply();
        var finished = true;
        var isWritten = false;
        try
        {
            await foreach (var update in conversation.AskAsync(prompt, stop))
            {
                figures.Observe(update);
                Console.Out.Write(update.Text);
                isWritten |= update.Text.Length > 0;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            finished = false;
        }
        finally
        {
            interrupt.EndReply();
            if (isWritten)
            {
                Console.Out.WriteLine();
            }
        }

        var device = (conversation.Client.GetService(typeof(LoadedModelInfo)) as LoadedModelInfo)?.Device;
        var line = figures.Describe(device);
        notices.MarkupLineInterpolated($"[dim]{(finished ? line : "stopped · " + line)}[/]");
        return finished;
    }
}
