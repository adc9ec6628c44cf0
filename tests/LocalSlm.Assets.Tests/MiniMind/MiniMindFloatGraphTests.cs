using System.Security.Cryptography;
using LocalSlm.Assets.MiniMind;
using LocalSlm.Assets.Onnx;
using LocalSlm.Testing;

namespace LocalSlm.Tests.MiniMind;

public class MiniMindFloatGraphTests
{
    // From an independent program (Python, standard library): the 57 matrices of the published file dequantized and concatenated in
    // the order of their products.
    private const string Weights = "fb2f2077a66de21826cf002cd03350c34caeaa38fe4710a2c7737252a6726151";

    private static readonly string Published = Path.Combine(
        TestAssets.MiniMindSourceFolder,
        "onnx",
        "model_quantized.onnx"
    );

    private static readonly string Written = Path.Combine(TestAssets.MiniMindOnnxFolder, "onnx", "model.onnx");

    [Fact]
    public void Run_PublishedPackage_WritesTheReferenceWeights()
    {
        var graph = OnnxGraph.Load(Written);

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var products = graph
            .Nodes.Where(node => node.Operation == "MatMul")
            .Select(node => graph.FindTensor(node.Inputs[1]))
            .OfType<OnnxTensor>()
            .ToArray();
        Assert.Equal(57, products.Length);
        foreach (var product in products)
        {
            hash.AppendData(product.Raw.Span);
        }

        Assert.Equal(Weights, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void Run_PublishedPackage_ChangesNothingElse()
    {
        var before = OnnxGraph.Load(Published);
        var after = OnnxGraph.Load(Written);

        string[] integers = ["DynamicQuantizeLinear", "MatMulInteger"];
        Assert.DoesNotContain(after.Nodes, node => integers.Contains(node.Operation));

        // Each of 57 groups was MatMulInteger, Cast, and two Mul; 33 quantizers fed them.
        Assert.Equal(before.Nodes.Count - 57 * 3 - 33, after.Nodes.Count);
        var kept = after.Nodes.Where(node => !node.Name.EndsWith("_float", StringComparison.Ordinal)).ToArray();
        Assert.Equal(after.Nodes.Count - 57, kept.Length);
        var names = before.Nodes.ToDictionary(node => node.Name);
        Assert.All(
            kept,
            node =>
            {
                Assert.Equal(names[node.Name].Operation, node.Operation);
                Assert.Equal(names[node.Name].Inputs, node.Inputs);
                Assert.Equal(names[node.Name].Outputs, node.Outputs);
            }
        );
    }

    [Fact]
    public void Run_PublishedPackage_BringsTheFilesOfItsLayout()
    {
        foreach (
            var name in new[] { "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json" }
        )
        {
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(TestAssets.MiniMindSourceFolder, name)),
                File.ReadAllBytes(Path.Combine(TestAssets.MiniMindOnnxFolder, name))
            );
        }

        Assert.False(File.Exists(Path.Combine(TestAssets.MiniMindOnnxFolder, "package.json")));
    }

    [Fact]
    public void Run_Again_ReplacesAnOldFolderWithTheSameFile()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var output = Path.Combine(folder.FullName, "model");
            Directory.CreateDirectory(output);
            File.WriteAllText(Path.Combine(output, "stale"), "");

            MiniMindFloatGraph.Run(TestAssets.MiniMindSourceFolder, output);

            Assert.False(File.Exists(Path.Combine(output, "stale")));
            Assert.False(Directory.Exists(output + ".partial"));
            Assert.Equal(File.ReadAllBytes(Written), File.ReadAllBytes(Path.Combine(output, "onnx", "model.onnx")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
