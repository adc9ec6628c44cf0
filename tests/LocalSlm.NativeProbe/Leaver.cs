using Microsoft.Extensions.AI;

namespace LocalSlm.NativeProbe;

/// <summary>Leaves the process while a model is loading or computing, in ways in which nothing is disposed.</summary>
internal static class Leaver
{
    /// <summary>Leaves.</summary>
    /// <param name="natives">The folder of the native libraries.</param>
    /// <param name="way"><c>return</c>, <c>exit</c> or <c>throw</c> while a reply is computed; <c>exit-loading</c>.</param>
    /// <param name="path">The model.</param>
    /// <returns>The exit code of <c>return</c>: 0.</returns>
    public static async Task<int> RunAsync(string natives, string way, string path)
    {
        if (way == "exit-loading")
        {
            await Loader.LoadAsync(natives, path, new LeaveInTheMiddle());
            return 3;
        }

        var model = await Loader.LoadAsync(natives, path);
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 4000 };
        var reply = model.CreateChatClient().GetStreamingResponseAsync("Tell a long story.", options);
        var reader = reply.GetAsyncEnumerator();
        await reader.MoveNextAsync();
        Console.WriteLine("computing");
        switch (way)
        {
            case "exit":
                Environment.Exit(0);
                break;
            case "throw":
                throw new InvalidOperationException("Nobody catches this.");
        }

        return 0;
    }

    private sealed class LeaveInTheMiddle : IProgress<ModelLoadProgress>
    {
        private bool _leaves;

        public void Report(ModelLoadProgress value)
        {
            if (!_leaves && value is { Stage: ModelLoadStage.LoadingWeights, Fraction: > 0.3 })
            {
                _leaves = true;
                Console.WriteLine("loading");
                // From another thread: the loader is in the middle of its work when the process ends.
                new Thread(static () => Environment.Exit(0)).Start();
            }
        }
    }
}
