using System.Diagnostics;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Samples;

/// <summary>Runs the chat sample as a user does, in a process of its own.</summary>
public class ChatSampleTests
{
    // Greedy, the published model gives this answer also as float ONNX, on another runtime.
    private const string Question = "What is the capital of France?";
    private const string Answer = "The capital of France is Paris.";

    [Fact]
    public async Task Chat_QuestionAsArgument_WritesTheReplyAloneToStandardOutput()
    {
        var (exit, output, notices) = await RunAsync("", "--temperature", "0", Question);

        Assert.Equal((0, Answer), (exit, output.Trim()));
        Assert.Contains("tokens/s", notices, StringComparison.Ordinal);
        Assert.Contains("first token after", notices, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', notices);
    }

    [Fact]
    public async Task Chat_QuestionOnStandardInput_AnswersIt()
    {
        var (exit, output, _) = await RunAsync(Question + "\n", "--temperature", "0");

        Assert.Equal((0, Answer), (exit, output.Trim()));
    }

    [Fact]
    public async Task Chat_NoQuestionAtAll_SaysSo()
    {
        var (exit, output, notices) = await RunAsync("");

        Assert.Equal((2, ""), (exit, output));
        Assert.Contains("no prompt", notices, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_ModelThatIsNotThere_NamesIt()
    {
        var (exit, output, notices) = await RunAsync("", "--model", "absent.gguf", Question);

        Assert.Equal((1, ""), (exit, output));
        Assert.Contains("absent.gguf", notices, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", notices, StringComparison.Ordinal);
    }

    private static async Task<(int Exit, string Output, string Notices)> RunAsync(
        string input,
        params string[] arguments
    )
    {
        // The sample is built as this test is: bin/<configuration>/<framework>.
        var built = Path.GetRelativePath(
            Path.Combine(TestAssets.RepositoryRoot, "tests", "LocalSlm.Hosting.Tests"),
            AppContext.BaseDirectory
        );
        var program = Path.Combine(TestAssets.RepositoryRoot, "samples", "Chat", built, "Chat.dll");
        var host =
            Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        var start = new ProcessStartInfo(host, [program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var notices = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return (process.ExitCode, await output, await notices);
    }
}
