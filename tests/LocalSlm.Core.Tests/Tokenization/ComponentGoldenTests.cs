using System.Globalization;
using System.Text;
using System.Text.Json;
using LocalSlm.Tokenization;
using LocalSlm.Tokenization.Decoding;
using LocalSlm.Tokenization.Normalization;
using LocalSlm.Tokenization.PreTokenization;

namespace LocalSlm.Tests.Tokenization;

/// <summary>Single parts against Hugging Face tokenizers 0.23.3; see the golden folder's README.</summary>
public class ComponentGoldenTests
{
    private const string File = "components.json.gz";

    [Theory]
    [InlineData("normalizer", 700)]
    [InlineData("pre_tokenizer", 1250)]
    [InlineData("decoder", 30)]
    public void Part_EveryGoldenCase_EqualsReference(string kind, int least)
    {
        using var golden = GoldenFile.ReadOrSkip(File);
        Assert.Equal("localslm-tokenizer-components/1", golden.RootElement.GetProperty("format").GetString());
        StringBuilder failures = new();
        int count = 0;
        foreach (var component in golden.RootElement.GetProperty("components").EnumerateArray())
        {
            if (component.GetProperty("kind").GetString() != kind)
            {
                continue;
            }

            var json = component.GetProperty("json");
            Func<JsonElement, string?> check = kind switch
            {
                "normalizer" => Normalizer(NormalizerJson.Read(json, File)!),
                "pre_tokenizer" => PreTokenizer(PreTokenizerJson.Read(json, File)!),
                _ => Decoder(DecoderJson.Read(json, File)!),
            };
            foreach (var test in component.GetProperty("cases").EnumerateArray())
            {
                count++;
                if (check(test) is { } wrong)
                {
                    failures.AppendLine(CultureInfo.InvariantCulture, $"{json.GetRawText()}\n   {wrong}");
                }
            }
        }

        Assert.True(failures.Length == 0, failures.ToString());
        Assert.True(count >= least, $"only {count} cases");
    }

    private static Func<JsonElement, string?> Normalizer(ITextNormalizer normalizer) =>
        test =>
        {
            string text = test.GetProperty("t").GetString()!;
            string expected = test.GetProperty("out").GetString()!;
            AlignedText with = new();
            AlignedText without = new();
            with.Reset(text, 0, aligned: true);
            without.Reset(text, 0, aligned: false);
            normalizer.Normalize(with);
            normalizer.Normalize(without);
            return with.Span.SequenceEqual(expected) && without.Span.SequenceEqual(expected)
                ? null
                : $"{GoldenFile.Show(text)}: expected {GoldenFile.Show(expected)}, got {GoldenFile.Show(with.Span.ToString())}";
        };

    private static Func<JsonElement, string?> PreTokenizer(IPreTokenizer preTokenizer) =>
        test =>
        {
            string text = test.GetProperty("t").GetString()!;
            string expected = string.Join(
                ' ',
                test.GetProperty("out")
                    .EnumerateArray()
                    .Select(p => Show(p[0].GetString()!, p[1].GetInt32(), p[2].GetInt32()))
            );
            string[] actual = [Split(preTokenizer, text, aligned: true), Split(preTokenizer, text, aligned: false)];
            string plain = string.Join(
                ' ',
                test.GetProperty("out").EnumerateArray().Select(p => Show(p[0].GetString()!, 0, 0))
            );
            return actual[0] == expected && actual[1] == plain
                ? null
                : $"{GoldenFile.Show(text)}: expected {expected}\n   got      {actual[0]}\n   or {actual[1]}";
        };

    private static string Split(IPreTokenizer preTokenizer, string text, bool aligned)
    {
        int[] index = GoldenFile.CodePointIndex(text);
        AlignedText whole = new();
        whole.Reset(text, 0, aligned);
        PieceList pieces = new();
        pieces.Reset(whole);
        pieces.Add(0, whole.Length);
        preTokenizer.Split(pieces);
        List<string> shown = [];
        foreach (var piece in pieces.Pieces)
        {
            var original = aligned ? whole.GetOriginal(piece.Start, piece.Length) : 0..0;
            shown.Add(Show(pieces[piece].ToString(), index[original.Start.Value], index[original.End.Value]));
        }

        return string.Join(' ', shown);
    }

    private static Func<JsonElement, string?> Decoder(ITokenTextDecoder decoder) =>
        test =>
        {
            List<string> tokens = [.. test.GetProperty("tokens").EnumerateArray().Select(t => t.GetString()!)];
            string expected = test.GetProperty("out").GetString()!;
            decoder.Decode(tokens);
            string actual = string.Concat(tokens);
            return actual == expected
                ? null
                : $"{test.GetProperty("tokens").GetRawText()}: expected {GoldenFile.Show(expected)}, got {GoldenFile.Show(actual)}";
        };

    private static string Show(string piece, int start, int end) =>
        string.Create(CultureInfo.InvariantCulture, $"{GoldenFile.Show(piece)}@{start}-{end}");
}
