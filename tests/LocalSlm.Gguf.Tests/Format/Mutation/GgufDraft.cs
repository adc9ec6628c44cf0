using LocalSlm.Gguf.Format;

namespace LocalSlm.Tests.Format.Mutation;

/// <summary>A model's file taken apart, to be changed and put together again with sound offsets: what is damaged is then what
/// the header says, not how it is written.</summary>
internal sealed class GgufDraft
{
    public List<(string Key, GgufValue Value)> Values { get; } = [];

    public List<GgufDraftTensor> Tensors { get; } = [];

    public static GgufDraft From(byte[] file)
    {
        using var stream = new MemoryStream(file);
        var header = GgufReader.Read(stream, "draft");
        var draft = new GgufDraft();
        draft.Values.AddRange(header.Keys.Select(key => (key, header.Find(key)!)));
        draft.Tensors.AddRange(
            header.Tensors.Select(tensor => new GgufDraftTensor(
                tensor.Name,
                tensor.Type,
                tensor.Dimensions,
                file.AsSpan((int)tensor.Offset, (int)tensor.Bytes).ToArray()
            ))
        );
        return draft;
    }

    /// <summary>Puts the file together, or returns <see langword="null"/> where the writer refuses what became of it.</summary>
    public byte[]? ToBytes()
    {
        try
        {
            var writer = new GgufWriter();
            foreach (var (key, value) in Values)
            {
                writer.Add(key, value);
            }

            foreach (var tensor in Tensors)
            {
                writer.AddTensor(tensor.Name, tensor.Type, tensor.Dimensions, tensor.Data);
            }

            using var stream = new MemoryStream();
            writer.Write(stream);
            return stream.ToArray();
        }
        catch (Exception error) when (error is ArgumentException or OverflowException)
        {
            return null;
        }
    }
}
