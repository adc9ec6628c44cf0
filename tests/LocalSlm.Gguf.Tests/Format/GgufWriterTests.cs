using LocalSlm.Gguf.Format;

namespace LocalSlm.Tests.Format;

public sealed class GgufWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gguf-writer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_OneValueOneTensor_IsByteForByteTheFormat()
    {
        using var stream = new MemoryStream();
        new GgufWriter()
            .Add("n", 5u)
            .AddTensor("t", GgmlType.F32, [2], new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 })
            .Write(stream);

        var expected = new HeaderBytes(tensors: 1, values: 1)
            .Text("n")
            .U32(4)
            .U32(5)
            .Tensor("t", 0, 0, 2)
            .Data(0)
            .Raw(1, 2, 3, 4, 5, 6, 7, 8)
            .Raw(new byte[24])
            .ToBytes();
        Assert.Equal(expected, stream.ToArray());
    }

    [Fact]
    public void Write_ToAPath_ReplacesTheFileAndLeavesNoOther()
    {
        var path = Path.Combine(_folder, "model.gguf");
        File.WriteAllText(path, "old");

        new GgufWriter().Add("n", 5u).Write(path);

        Assert.Equal(5, GgufReader.Read(path).FindInteger("n"));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Write_CallbackFails_KeepsTheOldFile()
    {
        var path = Path.Combine(_folder, "model.gguf");
        File.WriteAllText(path, "old");
        var writer = new GgufWriter().AddTensor("t", GgmlType.F32, [2], _ => throw new IOException("broken"));

        Assert.Throws<IOException>(() => writer.Write(path));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Write_CallbackWritesTooLittle_Throws()
    {
        var writer = new GgufWriter().AddTensor("t", GgmlType.F32, [2], stream => stream.WriteByte(0));

        var error = Assert.Throws<InvalidOperationException>(() => writer.Write(Stream.Null));

        Assert.Contains("8 bytes; 1 were written", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_WhatNoFileMayHold_Throws()
    {
        var writer = new GgufWriter().Add("k", 1u).AddTensor("t", GgmlType.F32, [1], new byte[4]);

        Assert.Throws<ArgumentException>(() => writer.Add("", 1u));
        Assert.Throws<ArgumentException>(() => writer.Add("k", 1u));
        Assert.Throws<ArgumentException>(() => writer.Add(new string('k', 65536), 1u));
        Assert.Throws<ArgumentException>(() => writer.AddTensor("t", GgmlType.F32, [1], new byte[4]));
        Assert.Throws<ArgumentException>(() => writer.AddTensor(new string('t', 64), GgmlType.F32, [1], new byte[4]));
        Assert.Throws<ArgumentException>(() => writer.AddTensor("u", GgmlType.F32, [], new byte[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.AddTensor("u", GgmlType.F32, [0], new byte[4]));
        Assert.Throws<ArgumentException>(() => writer.AddTensor("u", GgmlType.Q8_0, [33], new byte[34]));
        Assert.Throws<ArgumentException>(() => writer.AddTensor("u", GgmlType.F32, [2], new byte[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.AddTensor("u", (GgmlType)31, [32], new byte[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GgufWriter(alignment: 24));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GgufWriter(version: 4));
    }
}
