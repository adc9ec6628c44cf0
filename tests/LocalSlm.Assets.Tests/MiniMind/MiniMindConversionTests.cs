using System.Security.Cryptography;
using System.Text.Json;
using LocalSlm.Assets.MiniMind;
using LocalSlm.Gguf.Format;
using LocalSlm.Testing;

namespace LocalSlm.Tests.MiniMind;

public class MiniMindConversionTests
{
    // From an independent program (Python, standard library): the ONNX file parsed, weights dequantized, query and key rows
    // permuted, packed as ggml's quantize_row_q8_0_ref does it, concatenated in the file's order.
    private const string TensorData = "4429eb9a4182498be45cb42fda7f7fe429c41458110637ed1da43f4794b38236";

    [Fact]
    public void Run_PublishedPackage_WritesTheReferenceTensors()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.gguf");
        try
        {
            MiniMindConversion.Run(TestAssets.MiniMindSourceFolder, path);

            var file = GgufReader.Read(path);
            using var stream = File.OpenRead(path);
            stream.Position = file.DataOffset;
            Assert.Equal(TensorData, Convert.ToHexStringLower(SHA256.HashData(stream)));
            Assert.Equal(File.ReadAllBytes(TestAssets.MiniMindPath), File.ReadAllBytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Run_PublishedPackage_KeepsTheVocabulary()
    {
        var file = GgufReader.Read(TestAssets.MiniMindPath);
        using var tokenizer = Published("tokenizer.json");
        var vocabulary = tokenizer.RootElement.GetProperty("model").GetProperty("vocab");

        var tokens = new List<string>();
        foreach (var token in file.Find("tokenizer.ggml.tokens")!.AsStrings())
        {
            tokens.Add(System.Text.Encoding.UTF8.GetString(token));
        }

        Assert.Equal(6400, tokens.Count);
        Assert.All(vocabulary.EnumerateObject(), entry => Assert.Equal(entry.Name, tokens[entry.Value.GetInt32()]));
        var types = file.Find("tokenizer.ggml.token_type")!.AsArray<int>();
        // Only <|endoftext|>, <|im_start|> and <|im_end|> are control tokens: tokenizer_config.json lists no others.
        Assert.Equal([0, 1, 2], Enumerable.Range(0, types.Length).Where(id => types[id] == 3));
        Assert.Equal(1, file.FindInteger("tokenizer.ggml.bos_token_id"));
        Assert.Equal(2, file.FindInteger("tokenizer.ggml.eos_token_id"));
    }

    [Fact]
    public void Run_PublishedPackage_EmbedsTheChatTemplate()
    {
        using var configuration = Published("tokenizer_config.json");

        Assert.Equal(
            configuration.RootElement.GetProperty("chat_template").GetString(),
            GgufReader.Read(TestAssets.MiniMindPath).FindString("tokenizer.chat_template")
        );
    }

    private static JsonDocument Published(string name) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TestAssets.MiniMindSourceFolder, name)));
}
