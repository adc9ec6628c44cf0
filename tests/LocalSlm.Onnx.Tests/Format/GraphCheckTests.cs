using System.Globalization;
using LocalSlm.Onnx.Format;
using LocalSlm.Tests.TinyOnnx;
using Xunit;

namespace LocalSlm.Tests.Format;

public sealed class GraphCheckTests
{
    private static readonly (string, string)[] Beside =
    [
        ("location", "weights.bin"),
        ("offset", "4096"),
        ("length", "16"),
    ];

    [Fact]
    public void Read_OperatorOfAnotherDomain_IsRefusedUnlessAllowed()
    {
        using var draft = FolderDraft.GenAi(GraphDraft.Decoder().Node("Tokenize", "ai.onnx.contrib", [], []));

        var error = Assert.Throws<UnsupportedModelException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains("'ai.onnx.contrib:Tokenize'", error.Message, StringComparison.Ordinal);
        Assert.Contains("AllowCustomOperators", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            "ai.onnx.contrib:Tokenize",
            OnnxModelReader.Read(draft.Path, allowCustomOperators: true).Operators
        );
    }

    [Fact]
    public void Read_OperatorInABranch_IsSeen()
    {
        var inner = new Message().Nested(1, GraphDraft.NodeMessage("Tokenize", "foreign", [], []));
        using var draft = FolderDraft.GenAi(GraphDraft.Decoder().Branch(inner));

        var error = Assert.Throws<UnsupportedModelException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains("'foreign:Tokenize'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FunctionOfTheFileItself_IsNoForeignOperator()
    {
        using var draft = FolderDraft.GenAi(
            GraphDraft.Decoder().Function("Gelu", "pkg.torch").Node("Gelu", "pkg.torch", [], [])
        );

        Assert.Contains("pkg.torch:Gelu", OnnxModelReader.Read(draft.Path).Operators);
    }

    // ONNX Runtime 1.31.1 itself refuses a graph with the next higher number of either.
    [Theory]
    [InlineData(13, 26, null)]
    [InlineData(14, 17, "version 14 of the ONNX format; ONNX Runtime 1.31.1 reads 1 to 13")]
    [InlineData(0, 17, "version 0 of the ONNX format")]
    [InlineData(8, 27, "operator set 27; ONNX Runtime 1.31.1 knows 1 to 26")]
    [InlineData(8, -1, "operator set -1")]
    public void Read_Versions_AreRefusedWhereTheyAreNotKnown(long ir, long opset, string? words)
    {
        var graph = GraphDraft.Decoder();
        graph.Ir = ir;
        graph.Opsets[0] = ("", opset);
        using var draft = FolderDraft.GenAi(graph);

        if (words is null)
        {
            OnnxModelReader.Read(draft.Path);
            return;
        }

        var error = Assert.Throws<UnsupportedModelException>(() => OnnxModelReader.Read(draft.Path));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ExternalDataThatFit_AreCounted()
    {
        using var draft = Draft(Beside).With("weights.bin", new byte[4112]);

        Assert.Equal(16, OnnxModelReader.Read(draft.Path).Facts.WeightBytes);
    }

    [Fact]
    public void Read_ExternalFileMissing_IsNamed()
    {
        using var draft = Draft(Beside);

        var error = Assert.Throws<ModelNotFoundException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains("'weights.bin', which is not beside it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ExternalFileTooShort_IsRefusedWithBothLengths()
    {
        using var draft = Draft(Beside).With("weights.bin", new byte[4111]);

        var error = Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains("ends at byte 4111", error.Message, StringComparison.Ordinal);
        Assert.Contains("bytes 4096 to 4112", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../secret.bin")]
    [InlineData("a/../../secret.bin")]
    [InlineData("/etc/hostname")]
    [InlineData("C:\\windows\\win.ini")]
    [InlineData("..\\secret.bin")]
    [InlineData("\\\\server\\share\\x")]
    [InlineData("*/_ORT_MEM_ADDR_/*")]
    [InlineData("link.bin")]
    [InlineData("linked/secret.bin")]
    [InlineData("round.bin")]
    public void Read_ExternalFileOutsideTheFolder_IsRefused(string location)
    {
        using var draft = Draft(("location", location), ("offset", "0"), ("length", "16"));
        File.WriteAllBytes(Path.Combine(draft.Outside, "secret.bin"), new byte[64]);
        if (!OperatingSystem.IsWindows())
        {
            File.CreateSymbolicLink(draft.At("link.bin"), "../secret.bin");
            File.CreateSymbolicLink(draft.At("linked"), draft.Outside);
            File.CreateSymbolicLink(draft.At("round.bin"), "round.bin");
        }

        var error = Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains(location, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FilesLinkedFromTheStoreOfADownloadCache_AreRead()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");

        // The layout of huggingface_hub: snapshots/REVISION/FILE → ../../blobs/HASH.
        using var draft = Draft(Beside).With("weights.bin", new byte[4112]);
        var snapshot = Directory.CreateDirectory(Path.Combine(draft.Outside, "snapshots", "abc")).FullName;
        var store = Directory.CreateDirectory(Path.Combine(draft.Outside, "blobs")).FullName;
        foreach (var file in Directory.GetFiles(draft.Path))
        {
            var name = Path.GetFileName(file);
            File.Move(file, Path.Combine(store, name + "-hash"));
            File.CreateSymbolicLink(Path.Combine(snapshot, name), $"../../blobs/{name}-hash");
        }

        Assert.Equal(16, OnnxModelReader.Read(snapshot).Facts.WeightBytes);
    }

    [Theory]
    [InlineData("offset", "-1")]
    [InlineData("offset", "9223372036854775808")]
    [InlineData("offset", "one")]
    [InlineData("offset", "0x10")]
    [InlineData("length", "-16")]
    [InlineData("length", "17")]
    [InlineData("length", "")]
    public void Read_ExternalPlaceThatIsNone_IsRefused(string key, string value)
    {
        using var draft = Draft(("location", "weights.bin"), (key, value)).With("weights.bin", new byte[4112]);

        Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));
    }

    [Fact]
    public void Read_ExternalOffsetNearTheLargestNumber_IsRefused()
    {
        using var draft = Draft(
                ("location", "weights.bin"),
                ("offset", long.MaxValue.ToString(CultureInfo.InvariantCulture)),
                ("length", "16")
            )
            .With("weights.bin", new byte[4112]);

        var error = Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));
        Assert.Contains("ends at byte 4112", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_InlineDataOfAnotherLength_IsRefused()
    {
        using var draft = FolderDraft.GenAi(GraphDraft.Decoder().Tensor("w", GraphDraft.Float, [2, 2], new byte[15]));

        var error = Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));

        Assert.Contains(
            "'w' stores 15 bytes; its type and dimensions make 16",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(1, -1L)]
    [InlineData(1, 1L << 40, 1L << 40)]
    [InlineData(99, 1L)]
    [InlineData(0, 1L)]
    [InlineData(-5, 1L)]
    public void Read_TensorOfAbsurdForm_IsRefused(int type, params long[] dimensions)
    {
        using var draft = FolderDraft.GenAi(GraphDraft.Decoder().Tensor("w", type, dimensions, []));

        Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));
    }

    [Fact]
    public void Read_TensorStoredTwice_IsRefused()
    {
        using var draft = FolderDraft.GenAi(
            GraphDraft
                .Decoder()
                .Tensor("w", GraphDraft.Float, [1], new byte[4])
                .Tensor("w", GraphDraft.Float, [1], new byte[4])
        );

        var error = Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));
        Assert.Contains("'w' is stored twice", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GraphsDeepInGraphs_AreRefused()
    {
        var inner = new Message();
        for (var depth = 0; depth < 2000; depth++)
        {
            inner = new Message().Nested(1, new Message().Text(4, "If").Nested(5, new Message().Nested(6, inner)));
        }

        using var draft = FolderDraft.GenAi(GraphDraft.Decoder().Branch(inner));

        var error = Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));
        Assert.Contains("more than 16 deep", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("08")]
    [InlineData("0808")]
    [InlineData("3c68746d6c3e")] // <html>
    [InlineData("504b0304")] // a ZIP archive
    public void Read_NoOnnxAtAll_IsRefused(string hexadecimal)
    {
        using var draft = FolderDraft.GenAi().With("model.onnx", Convert.FromHexString(hexadecimal));

        Assert.Throws<ModelFileException>(() => OnnxModelReader.Read(draft.Path));
    }

    private static FolderDraft Draft(params (string, string)[] entries) =>
        FolderDraft.GenAi(GraphDraft.Decoder().External("w", GraphDraft.Float, [2, 2], entries));
}
