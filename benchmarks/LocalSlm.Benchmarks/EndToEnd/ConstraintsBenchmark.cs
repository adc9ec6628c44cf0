using LocalSlm.Benchmarks.EndToEnd.Constraints;
using LocalSlm.Benchmarks.EndToEnd.Measuring;

namespace LocalSlm.Benchmarks.EndToEnd;

/// <summary>What it costs to bind a reply to a grammar, and what jumping ahead gives.</summary>
internal static class ConstraintsBenchmark
{
    private const int OutputTokens = 256;

    public static async Task RunAsync(BenchmarkRun run)
    {
        MaskFigures.Measure(run);
        CompileFigures.Measure(run);
        var report = new Report(
            "Constrained replies",
            $"One reply at a time, greedy, the engine's own clock from the first choice to the end; medians of {run.Repetitions}, in turns. Decode: {OutputTokens} tokens of records without an end, without jumping ahead, ÷ as many tokens of free text. Jumping ahead: characters/s of one record of eight fields ÷ those of the same text as canonical tokens, each decoded by itself without a grammar.",
            "model",
            "free, tokens/s",
            "constrained, tokens/s",
            "÷",
            "target",
            "record without jumps, characters/s",
            "with jumps",
            "unconstrained",
            "÷",
            "target"
        );
        foreach (var model in (BenchmarkModel?[])[BenchmarkModel.SmolLm2, BenchmarkModel.SmolLm2Onnx])
        {
            if (model is not null)
            {
                await MeasureAsync(run, model, report);
            }
        }

        report.Print();
    }

    private static async Task MeasureAsync(BenchmarkRun run, BenchmarkModel model, Report report)
    {
        var options = PeersBenchmark.SingleStream();
        if (model == BenchmarkModel.SmolLm2Onnx)
        {
            // The graph decides how attention is computed.
            options.FlashAttention = null;
        }

        using var engine = await ConstrainedEngine.LoadAsync(model, options);
        var sample = (await engine.GenerateAsync(BenchmarkRecord.One, jumps: true, OutputTokens)).Text;
        await engine.GenerateAsync(BenchmarkRecord.Endless, jumps: false, 32);
        List<double> free = [];
        List<double> bound = [];
        List<double> stepwise = [];
        List<double> jumping = [];
        List<double> forced = [];
        for (var i = 0; i < run.Repetitions; i++)
        {
            free.Add(await TokensASecondAsync(engine, isBound: false));
            bound.Add(await TokensASecondAsync(engine, isBound: true));
            stepwise.Add(await CharactersASecondAsync(engine, jumps: false));
            jumping.Add(await CharactersASecondAsync(engine, jumps: true));

            // What the same text takes without a grammar: one step for each of its tokens behind the first.
            var tokens = engine.CountTokens(sample);
            var teacher = await QuietGuard.MeasureAsync(() => engine.GenerateAsync(null, jumps: false, tokens));
            forced.Add(sample.Length / teacher.Time.TotalSeconds);
        }

        report.Add(
            model.Name,
            Report.Number(Median.Of(free)),
            Report.Number(Median.Of(bound)),
            Report.Ratio(Median.Of(bound) / Median.Of(free)),
            "≥ 0.97",
            Report.Number(Median.Of(stepwise)),
            Report.Number(Median.Of(jumping)),
            Report.Number(Median.Of(forced)),
            Report.Ratio(Median.Of(jumping) / Median.Of(forced)),
            "≥ 1.3"
        );
        Console.WriteLine($"{model.Name}: {sample.Length} characters, {engine.CountTokens(sample)} tokens: {sample}");
    }

    private static async Task<double> TokensASecondAsync(ConstrainedEngine engine, bool isBound)
    {
        var shape = isBound ? BenchmarkRecord.Endless : null;
        var reply = await QuietGuard.MeasureAsync(() => engine.GenerateAsync(shape, jumps: false, OutputTokens));
        return (reply.Tokens - 1) / reply.Time.TotalSeconds;
    }

    private static async Task<double> CharactersASecondAsync(ConstrainedEngine engine, bool jumps)
    {
        var reply = await QuietGuard.MeasureAsync(() => engine.GenerateAsync(BenchmarkRecord.One, jumps, OutputTokens));
        return reply.Text.Length / reply.Time.TotalSeconds;
    }
}
