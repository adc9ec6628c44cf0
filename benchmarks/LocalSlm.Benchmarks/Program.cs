using BenchmarkDotNet.Running;
using LocalSlm.Benchmarks.EndToEnd;
using LocalSlm.Benchmarks.EndToEnd.Measuring;

switch (args)
{
    case ["e2e", .. var names]:
        return await EndToEndRunner.RunAsync(names);
    case [CoreBurner.Verb, var seconds]:
        CoreBurner.Burn(TimeSpan.FromSeconds(int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)));
        return 0;
    case [ProbeBenchmark.ColdVerb]:
        await ProbeBenchmark.RunOnceAsync();
        return 0;
    case [FailoverBenchmark.ChildVerb, var runtime, var repetitions]:
        return await FailoverBenchmark.RunInFreshProcessAsync(
            runtime,
            int.Parse(repetitions, System.Globalization.CultureInfo.InvariantCulture)
        );
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
