using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.AI;
using Xunit;

namespace LocalSlm.Testing;

/// <summary>Replies of a real model by many kinds of schemas, judged by a validator that knows nothing of grammars.</summary>
public static class SchemaReplies
{
    private static readonly string[] s_questions =
    [
        "Extract what you can: Ada Lovelace, born 1815 in London, mathematician.",
        "Make something up.",
        "\u8BF7\u4ECB\u7ECD\u4E00\u4E0B\u4F60\u81EA\u5DF1\u3002",
    ];

    /// <summary>Asks for replies by the schemas in turn, several at a time, at temperature 1.5: those that end of themselves are valid,
    /// those that the token limit cuts off are the beginning of something valid.</summary>
    /// <returns>The share of replies that ended of themselves.</returns>
    public static async Task<double> CheckAsync(
        IChatClient client,
        IReadOnlyList<SchemaCase> cases,
        int seeds,
        int atOnce,
        int maxOutputTokens
    )
    {
        var failures = new ConcurrentQueue<string>();
        var whole = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, seeds),
            new ParallelOptions { MaxDegreeOfParallelism = atOnce },
            async (seed, cancellation) =>
            {
                var of = cases[seed % cases.Count];
                var response = await client.GetResponseAsync(
                    s_questions[seed % s_questions.Length],
                    new ChatOptions
                    {
                        Seed = seed,
                        Temperature = 1.5f,
                        MaxOutputTokens = maxOutputTokens,
                        ResponseFormat = ChatResponseFormat.ForJsonSchema(of.Schema),
                    },
                    cancellation
                );
                if (Judge(of, response) is { } failure)
                {
                    failures.Enqueue($"{of.Name}, seed {seed}: {failure}\n  {response.Text}");
                }

                if (response.FinishReason == ChatFinishReason.Stop)
                {
                    Interlocked.Increment(ref whole);
                }
            }
        );

        var share = whole / (double)seeds;
        TestContext.Current.SendDiagnosticMessage(
            string.Create(CultureInfo.InvariantCulture, $"{seeds} replies, {share:P1} whole")
        );
        Assert.True(failures.IsEmpty, string.Join('\n', failures));
        return share;
    }

    private static string? Judge(SchemaCase of, ChatResponse response)
    {
        if (response.FinishReason == ChatFinishReason.Stop)
        {
            return of.FindFault(response.Text);
        }

        return response.FinishReason == ChatFinishReason.Length && of.IsBeginning(response.Text.TrimEnd('\uFFFD'))
            ? null
            : $"ended by {response.FinishReason}, and is not the beginning of a valid text";
    }
}
