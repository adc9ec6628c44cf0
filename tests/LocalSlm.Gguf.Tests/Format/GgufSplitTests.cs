using LocalSlm.Gguf.Format;
using LocalSlm.Testing.TinyModels;
using LocalSlm.Tests.Format.Mutation;

namespace LocalSlm.Tests.Format;

public sealed class GgufSplitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_AllPartsThere_GivesTheTensorsOfTheWhole()
    {
        var whole = GgufFacts.Read(TinyModelSet.LlamaBpe.WriteTo(_folder.Path));

        var split = GgufFacts.Read(WriteParts(3)[0]);

        Assert.Equal(whole.ParameterCount, split.ParameterCount);
        Assert.Equal(whole.WeightBytes, split.WeightBytes);
    }

    [Fact]
    public void Open_PartMissing_NamesIt()
    {
        var parts = WriteParts(3);
        File.Delete(parts[2]);

        var error = Assert.Throws<ModelNotFoundException>(() => GgufModelFile.Open(parts[0]));

        Assert.Contains("tiny-00003-of-00003.gguf", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NotTheFirstPart_AsksForIt()
    {
        var error = Assert.Throws<ModelFileException>(() => GgufModelFile.Open(WriteParts(3)[1]));
        Assert.Contains("part 2 of 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_RenamedFirstPart_SaysHowItMustBeNamed()
    {
        var renamed = _folder.File("renamed.gguf");
        File.Move(WriteParts(2)[0], renamed);

        var error = Assert.Throws<ModelFileException>(() => GgufModelFile.Open(renamed));

        Assert.Contains("-00001-of-00002.gguf", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_PartOfAnotherPlace_IsRefused()
    {
        var parts = WriteParts(3);
        File.Copy(parts[1], parts[2], overwrite: true);

        Assert.Contains(
            "says it is part 2",
            Assert.Throws<ModelFileException>(() => GgufModelFile.Open(parts[0])).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Open_WrongTensorCount_IsRefused()
    {
        var error = Assert.Throws<ModelFileException>(() => GgufModelFile.Open(WriteParts(2, countOff: 1)[0]));
        Assert.Contains("split.tensors.count", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SplitNumberOfAnotherType_IsRefused()
    {
        // Native code reads it as 16 bits without looking, and aborts.
        var draft = GgufDraft.From(TinyModelSet.LlamaBpe.ToBytes());
        draft.Values.Add(("split.count", 2u));
        var path = _folder.Write("tiny-00001-of-00002.gguf", draft.ToBytes()!);

        Assert.Contains(
            "must be UInt16",
            Assert.Throws<ModelFileException>(() => GgufModelFile.Open(path)).Message,
            StringComparison.Ordinal
        );
    }

    private string[] WriteParts(int count, int countOff = 0)
    {
        var draft = GgufDraft.From(TinyModelSet.LlamaBpe.ToBytes());
        var paths = new string[count];
        for (var index = 0; index < count; index++)
        {
            var writer = new GgufWriter();
            foreach (var (key, value) in index == 0 ? draft.Values : [])
            {
                writer.Add(key, value);
            }

            writer
                .Add("split.no", (ushort)index)
                .Add("split.count", (ushort)count)
                .Add("split.tensors.count", draft.Tensors.Count + countOff);
            foreach (var tensor in draft.Tensors.Where((_, i) => i % count == index))
            {
                writer.AddTensor(tensor.Name, tensor.Type, tensor.Dimensions, tensor.Data);
            }

            paths[index] = _folder.File($"tiny-{index + 1:D5}-of-{count:D5}.gguf");
            writer.Write(paths[index]);
        }

        return paths;
    }
}
