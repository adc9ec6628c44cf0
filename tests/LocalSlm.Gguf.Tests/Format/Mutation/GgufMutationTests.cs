using LocalSlm.Gguf.Format;
using LocalSlm.Testing;
using LocalSlm.Testing.TinyModels;

namespace LocalSlm.Tests.Format.Mutation;

/// <summary>Damaged files: refused with a typed exception, or loaded and decoded by the native library, which must live.</summary>
public sealed class GgufMutationTests
{
    private const int Mutations = 4000;

    [Fact]
    public void Probe_EveryTinyModel_LoadsAndDecodes()
    {
        using var folder = new TemporaryFolder();
        using var probe = StartProbe();
        foreach (var model in TinyModelSet.All)
        {
            var (lived, words) = probe.Try(model.WriteTo(folder.Path));

            Assert.True(lived, words);
            // The encoder has no memory: the probe stops after its first batch.
            Assert.Equal(model == TinyModelSet.Encoder ? "decode 0" : "decoded", words);
        }
    }

    [Fact]
    public void Probe_FileThatNativeCodeDiesOf_IsSeenToDie()
    {
        // Without this the test below could pass with a probe that notices nothing.
        using var folder = new TemporaryFolder();
        using var probe = StartProbe();
        var draft = GgufDraft.From(TinyModelSet.LlamaBpe.ToBytes());
        var index = draft.Values.FindIndex(v => v.Key == "llama.block_count");
        draft.Values[index] = ("llama.block_count", 0u);
        var deadly = folder.Write("deadly.gguf", draft.ToBytes()!);

        Assert.False(probe.Try(deadly).Lived);
        Assert.True(probe.Try(TinyModelSet.LlamaBpe.WriteTo(folder.Path)).Lived);
    }

    [Fact]
    public void Open_DamagedFile_IsRefusedByTypeOrSurvivedByNativeCode()
    {
        using var folder = new TemporaryFolder();
        using var probe = StartProbe();
        var mutators = TinyModelSet
            .All.Select(model => (model.Name, Mutator: new GgufMutator(model.ToBytes())))
            .ToArray();
        var accepted = 0;
        var deaths = new List<string>();
        for (var seed = 0; seed < Mutations; seed++)
        {
            var (name, mutator) = mutators[seed % mutators.Length];
            var path = folder.Write("damaged.gguf", mutator.Mutate(seed));
            if (!IsAccepted(path, name, seed))
            {
                continue;
            }

            accepted++;
            var (lived, words) = probe.Try(path);
            if (!lived)
            {
                deaths.Add($"{name}, seed {seed}: {words}");
            }
        }

        Assert.True(
            deaths.Count == 0,
            $"{deaths.Count} of {accepted} accepted files killed the process:\n{string.Join('\n', deaths)}"
        );
        Assert.InRange(accepted, Mutations / 4, Mutations * 3 / 4); // neither all refused nor all let through
    }

    private static bool IsAccepted(string path, string name, int seed)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            GgufFacts.Read(path);
            return true;
        }
        catch (LocalSlmException)
        {
            return false;
        }
        finally
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            var limit = (8 * new FileInfo(path).Length) + 1_000_000;
            Assert.True(
                allocated <= limit,
                $"{name}, seed {seed}: reading allocated {allocated} bytes, more than {limit}."
            );
        }
    }

    private static NativeProbeProcess StartProbe() => new(ProbeRun.ProbePath, TestAssets.NativeDirectory);
}
