using System.Globalization;
using Spectre.Console;

namespace LocalSlm.Samples.Chat;

/// <summary>A conversation at the terminal: lines that begin with a slash are commands, others go to the model.</summary>
internal sealed class ChatShell(
    Conversation conversation,
    ReplyWriter writer,
    ReplyInterrupt interrupt,
    IAnsiConsole notices
)
{
    private const string Commands = """
        /?               this list
        /new             forget the conversation and begin a new one
        /system TEXT     tell the model something first; begins a new conversation
        /model           what the model is
        /stats           the engine's figures
        /set             the settings of replies
        /set NAME VALUE  change temperature, top-p, top-k, max-tokens or seed;
                         the value "default" leaves it to the model
        /exit            leave (Ctrl+D does too)
        Ctrl+C stops a reply.
        """;

    public async Task RunAsync()
    {
        notices.MarkupLine("[dim]/? lists the commands; Ctrl+C stops a reply, /exit leaves.[/]");
        while (true)
        {
            notices.Markup("[green]> [/]");
            var line = Console.ReadLine();
            if (line is null)
            {
                notices.WriteLine();
                if (interrupt.TakePressed())
                {
                    continue;
                }

                return;
            }

            line = line.Trim();
            if (line is "/exit" or "/quit")
            {
                return;
            }

            try
            {
                if (line.StartsWith('/'))
                {
                    Obey(line);
                }
                else if (line.Length > 0)
                {
                    await writer.WriteAsync(line);
                }
            }
            catch (Exception failure) when (failure is LocalSlmException or NotSupportedException or ArgumentException)
            {
                notices.MarkupLineInterpolated($"[red]{failure.Message}[/]");
            }
        }
    }

    private void Obey(string line)
    {
        var (name, rest) = Split(line);
        switch (name)
        {
            case "/?" or "/help":
                Say(Commands);
                break;
            case "/new":
                conversation.Clear();
                Say("A new conversation.");
                break;
            case "/system":
                conversation.SystemPrompt = rest.Length > 0 ? rest : null;
                Say(rest.Length > 0 ? "Noted; a new conversation." : "No system text; a new conversation.");
                break;
            case "/model":
                Say(ModelReport.OfModel(conversation.Client));
                break;
            case "/stats":
                Say(ModelReport.OfEngine(conversation.Client));
                break;
            case "/set":
                Say(rest.Length > 0 ? Set(rest) : Settings());
                break;
            default:
                Say($"'{name}' is no command; /? lists them.");
                break;
        }
    }

    private string Set(string assignment)
    {
        var (name, text) = Split(assignment);
        double? value = null;
        if (text != "default")
        {
            if (
                !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                || !double.IsFinite(number)
            )
            {
                return $"'{text}' is no value for {name}: give a number, or default.";
            }

            value = number;
        }

        var options = conversation.Options;
        switch (name)
        {
            case "temperature":
                options.Temperature = (float?)value;
                break;
            case "top-p":
                options.TopP = (float?)value;
                break;
            case "top-k":
                options.TopK = Whole(value);
                break;
            case "max-tokens":
                options.MaxOutputTokens = Whole(value);
                break;
            case "seed":
                options.Seed = Whole(value);
                break;
            default:
                return $"'{name}' is no setting: temperature, top-p, top-k, max-tokens and seed are.";
        }

        return Settings();
    }

    private string Settings()
    {
        var options = conversation.Options;
        static string Show(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? "default";
        return $"temperature {Show(options.Temperature)} · top-p {Show(options.TopP)} · top-k {Show(options.TopK)} · "
            + $"max-tokens {Show(options.MaxOutputTokens)} · seed {Show(options.Seed)}";
    }

    private void Say(string text) => notices.MarkupLineInterpolated($"[dim]{text}[/]");

    private static (string First, string Remainder) Split(string text) =>
        text.IndexOf(' ', StringComparison.Ordinal) is >= 0 and var space
            ? (text[..space], text[(space + 1)..].Trim())
            : (text, "");

    private static int? Whole(double? value) =>
        value is null ? null
        : value == Math.Truncate(value.Value) && Math.Abs(value.Value) <= int.MaxValue ? (int)value
        : throw new ArgumentException($"{value} is no whole number of at most {int.MaxValue}.");
}
