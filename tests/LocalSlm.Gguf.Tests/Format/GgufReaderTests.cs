using LocalSlm.Gguf.Format;

namespace LocalSlm.Tests.Format;

public sealed class GgufReaderTests
{
    [Fact]
    public void Read_HandSpelledFile_GivesEveryValueAndTensor()
    {
        var file = new HeaderBytes(tensors: 1, values: 3)
            .Text("a")
            .U32(4)
            .U32(7)
            .Text("b")
            .U32(8)
            .Text("grün")
            .Text("c")
            .U32(9)
            .U32(8)
            .U64(2)
            .Text("x")
            .Text("")
            .Tensor("t", 8, 0, 64, 2)
            .Data(136)
            .Read();

        Assert.Equal(["a", "b", "c"], file.Keys);
        Assert.Equal(7, file.FindInteger("a"));
        Assert.Equal("grün", file.FindString("b"));
        Assert.Equal(["x", ""], file.Find("c")!.AsStrings().ToArray());
        var tensor = Assert.Single(file.Tensors);
        Assert.Equal(("t", GgmlType.Q8_0, 128L, 136L), (tensor.Name, tensor.Type, tensor.Values, tensor.Bytes));
        Assert.Equal([64, 2], tensor.Dimensions);
        Assert.Equal(file.DataOffset, tensor.Offset);
        Assert.Equal(0, tensor.Offset % 32);
    }

    [Theory]
    [InlineData(2u)]
    [InlineData(3u)]
    public void Read_VersionTwoOrThree_IsRead(uint version) =>
        Assert.Equal(version, new HeaderBytes(version).Read().Version);

    [Theory]
    [InlineData(0u, "version 0")]
    [InlineData(1u, "version 1")]
    [InlineData(4u, "newer than this library")]
    [InlineData(0x03000000u, "big-endian")]
    public void Read_OtherVersion_IsRefusedByName(uint version, string words) =>
        AssertFault(new HeaderBytes(version).ToBytes(), words);

    [Fact]
    public void Read_Empty_SaysSo() => AssertFault([], "empty");

    public static TheoryData<byte[], string> Foreign =>
        new()
        {
            { "<!DOCTYPE html><html>"u8.ToArray(), "HTML" },
            { "PK\u0003\u0004aaaaaaaa"u8.ToArray(), "ZIP" },
            { [16, 0, 0, 0, 0, 0, 0, 0, .. "{\"__metadata__\":"u8], "safetensors" },
            { "tjgg\u0001\0\0\0"u8.ToArray(), "old GGML" },
            { "lmgg\u0001\0\0\0"u8.ToArray(), "old GGML" },
            { "FUGG\0\0\0\u0003"u8.ToArray(), "big-endian" },
            { "version https://git-lfs.github.com/spec/v1"u8.ToArray(), "Git LFS" },
            { [0x1F, 0x8B, 8, 0, 0], "gzip" },
            { [0x28, 0xB5, 0x2F, 0xFD, 0], "zstd" },
            { [0x80, 2, (byte)'}', 0, 0], "pickle" },
            { "{\"error\":\"not found\"}"u8.ToArray(), "JSON" },
            { new byte[100], "unfinished download" },
            { "GGU"u8.ToArray(), "no GGUF" },
            { "hello, world"u8.ToArray(), "68656C6C" },
        };

    [Theory]
    [MemberData(nameof(Foreign))]
    public void Read_ForeignFormat_IsNamed(byte[] bytes, string words) => AssertFault(bytes, words);

    public static TheoryData<string, byte[], string> Faults =>
        new()
        {
            {
                "count of values",
                new HeaderBytes(values: ulong.MaxValue).ToBytes(),
                "18446744073709551615 metadata values"
            },
            { "count of tensors", new HeaderBytes(tensors: 1ul << 40).ToBytes(), "1099511627776 tensors" },
            { "empty key", new HeaderBytes(values: 1).Text("").U32(4).Raw(new byte[40]).ToBytes(), "is empty" },
            {
                "key length",
                new HeaderBytes(values: 1).U64(ulong.MaxValue).Raw(new byte[40]).ToBytes(),
                "claims 18446744073709551615 bytes"
            },
            {
                "long key",
                new HeaderBytes(values: 1).Text(new string('k', 65536)).U32(4).Raw(new byte[40]).ToBytes(),
                "shorter than 65536"
            },
            {
                "key twice",
                new HeaderBytes(values: 2).Text("k").U32(4).U32(1).Text("k").U32(4).U32(1).Raw(new byte[40]).ToBytes(),
                "'k' is there twice"
            },
            {
                "key no UTF-8",
                new HeaderBytes(values: 1).U64(2).Raw(0xC3, 0x28).U32(4).Raw(new byte[40]).ToBytes(),
                "no valid UTF-8"
            },
            {
                "zero in key",
                new HeaderBytes(values: 1).Text("a\0b").U32(4).Raw(new byte[40]).ToBytes(),
                "control characters"
            },
            { "value type", new HeaderBytes(values: 1).Text("k").U32(13).Raw(new byte[40]).ToBytes(), "type 13" },
            {
                "string length",
                new HeaderBytes(values: 1).Text("k").U32(8).U64(1ul << 62).Raw(new byte[40]).ToBytes(),
                "claims 4611686018427387904 bytes"
            },
            {
                "array type",
                new HeaderBytes(values: 1).Text("k").U32(9).U32(99).U64(0).Raw(new byte[40]).ToBytes(),
                "elements of type 99"
            },
            {
                "array count",
                new HeaderBytes(values: 1).Text("k").U32(9).U32(4).U64(11).Raw(new byte[40]).ToBytes(),
                "claims 11 elements"
            },
            {
                "array overflow",
                new HeaderBytes(values: 1).Text("k").U32(9).U32(10).U64((1ul << 61) + 1).Raw(new byte[40]).ToBytes(),
                "2305843009213693953 elements"
            },
            { "nesting", Nested(10), "nested deeper" },
            { "alignment zero", Aligned(0), "power of two" },
            { "alignment odd", Aligned(48), "power of two" },
            {
                "alignment type",
                new HeaderBytes(values: 1).Text("general.alignment").U32(5).U32(32).Raw(new byte[40]).ToBytes(),
                "must be UInt32"
            },
            { "tensor name empty", OneTensor("", 0, 0, 1), "is empty" },
            { "tensor name long", OneTensor(new string('t', 64), 0, 0, 1), "shorter than 64" },
            {
                "tensor twice",
                new HeaderBytes(tensors: 2).Tensor("t", 0, 0, 8).Tensor("t", 0, 32, 8).Data(64).ToBytes(),
                "'t' is there twice"
            },
            { "no dimensions", OneTensor("t", 0, 0), "0 dimensions" },
            { "five dimensions", OneTensor("t", 0, 0, 1, 1, 1, 1, 1), "5 dimensions" },
            { "zero dimension", OneTensor("t", 0, 0, 4, 0), "dimension 1" },
            { "negative dimension", OneTensor("t", 0, 0, 1ul << 63), "9223372036854775808" },
            { "too many values", OneTensor("t", 0, 0, 1ul << 32, 1ul << 32), "more than" },
            { "removed type", OneTensor("t", 31, 0, 32), "removed" },
            { "unknown type", OneTensor("t", 43, 0, 32), "type 43" },
            { "part of a block", OneTensor("t", 8, 0, 33), "32 values a block" },
            { "larger than the file", OneTensor("t", 0, 0, 1 << 20), "takes 4194304 bytes" },
            { "offset", OneTensor("t", 0, 32, 8), "begins at 32" },
            {
                "overlap",
                new HeaderBytes(tensors: 2).Tensor("t", 0, 0, 16).Tensor("u", 0, 32, 8).Data(128).ToBytes(),
                "demands 64"
            },
            {
                "truncated data",
                new HeaderBytes(tensors: 1).Tensor("t", 0, 0, 8).Data(31).ToBytes(),
                "download is incomplete"
            },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Read_Fault_IsRefusedWithValueAndPlace(string fault, byte[] bytes, string words)
    {
        _ = fault;
        AssertFault(bytes, words);
    }

    [Fact]
    public void Read_CutAnywhere_IsRefused()
    {
        var whole = new HeaderBytes(tensors: 1, values: 1)
            .Text("k")
            .U32(8)
            .Text("value")
            .Tensor("t", 0, 0, 8)
            .Data(32)
            .ToBytes();
        HeaderBytes.Read(whole);

        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Throws<ModelFileException>(() => HeaderBytes.Read(whole[..length]));
        }
    }

    [Fact]
    public void Read_HugeClaimsInASmallFile_AllocatesLittle()
    {
        byte[][] files =
        [
            new HeaderBytes(values: 60000).ToBytes(),
            new HeaderBytes(values: 1).Text("k").U32(9).U32(8).U64(int.MaxValue).ToBytes(),
            new HeaderBytes(values: 1).Text("k").U32(8).U64(int.MaxValue).ToBytes(),
        ];
        foreach (var bytes in files)
        {
            Assert.Throws<ModelFileException>(() => HeaderBytes.Read(bytes));
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<ModelFileException>(() => HeaderBytes.Read(bytes));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
        }
    }

    [Fact]
    public void Read_DataBeyondFourGibibytes_HasRightOffsets()
    {
        // A sparse file: the header, and a length.
        var header = new HeaderBytes(tensors: 2)
            .Tensor("big", 0, 0, 1 << 20, 1 << 10, 1)
            .Tensor("last", 0, 1ul << 32, 8)
            .ToBytes();
        using var stream = new SparseStream(header, 4096 + (1L << 32));

        var file = GgufReader.Read(stream, "big.gguf");

        Assert.Equal(file.DataOffset + (1L << 32), file.Tensors[1].Offset);
    }

    [Fact]
    public void Read_LargeVocabulary_KeepsAndCopiesLittle()
    {
        var writer = new GgufWriter().Add(
            "tokens",
            GgufValue.Array([.. Enumerable.Range(0, 150_000).Select(i => $"token {i}")])
        );
        using var stream = new MemoryStream();
        writer.Write(stream);
        stream.Position = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();

        var file = GgufReader.Read(stream, "large.gguf");

        // The bytes once, and what growing a buffer by doubling leaves behind: at most four times the header in all.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * stream.Length);
        Assert.Equal("token 149999", file.Find("tokens")!.AsStrings().ToArray()[^1]);
    }

    [Fact]
    public void Read_MissingFile_SaysWhere()
    {
        var path = Path.Combine(Path.GetTempPath(), "no such folder", "model.gguf");
        var error = Assert.Throws<ModelNotFoundException>(() => GgufReader.Read(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Folder_SaysSo() =>
        Assert.Contains(
            "folder",
            Assert.Throws<ModelFileException>(() => GgufReader.Read(Path.GetTempPath())).Message,
            StringComparison.Ordinal
        );

    private static byte[] Nested(int depth)
    {
        var bytes = new HeaderBytes(values: 1).Text("k").U32(9);
        for (var i = 0; i < depth; i++)
        {
            bytes.U32(9).U64(1);
        }

        return bytes.U32(4).U64(1).U32(1).ToBytes();
    }

    private static byte[] Aligned(uint alignment) =>
        new HeaderBytes(values: 1).Text("general.alignment").U32(4).U32(alignment).Raw(new byte[40]).ToBytes();

    private static byte[] OneTensor(string name, uint type, ulong offset, params ulong[] dimensions) =>
        new HeaderBytes(tensors: 1).Tensor(name, type, offset, dimensions).Data(64).ToBytes();

    private static void AssertFault(byte[] bytes, string words)
    {
        var error = Assert.Throws<ModelFileException>(() => HeaderBytes.Read(bytes));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Equal("test.gguf", error.Path);
        Assert.NotNull(error.Offset);
    }
}
