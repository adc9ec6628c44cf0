using System.IO.Compression;
using System.Text.Json;
using LocalSlm.Testing;

namespace LocalSlm.Tests.Tokenization;

/// <summary>Reads the tokenizer goldens, and turns their offsets, which count code points, into ours.</summary>
internal static class GoldenFile
{
    /// <summary>Reads a golden file, or skips the test.</summary>
    public static JsonDocument ReadOrSkip(string name) => Read(TestAssets.GoldenOrSkip("tokenizers", name));

    /// <summary>Reads a compressed JSON file.</summary>
    public static JsonDocument Read(string path)
    {
        using var file = File.OpenRead(path);
        using GZipStream stream = new(file, CompressionMode.Decompress);
        return JsonDocument.Parse(stream);
    }

    /// <summary>Gets for each UTF-16 position of a text how many code points lie before it.</summary>
    public static int[] CodePointIndex(string text)
    {
        int[] index = new int[text.Length + 1];
        for (int i = 0; i < text.Length; i++)
        {
            bool isSecondHalf = i > 0 && char.IsLowSurrogate(text[i]) && char.IsHighSurrogate(text[i - 1]);
            index[i + 1] = index[i] + (isSecondHalf ? 0 : 1);
        }

        // Between the halves of a pair lies no place of its own.
        for (int i = 1; i < text.Length; i++)
        {
            if (char.IsLowSurrogate(text[i]) && char.IsHighSurrogate(text[i - 1]))
            {
                index[i] = index[i - 1];
            }
        }

        return index;
    }

    /// <summary>Writes a string so that every character can be told.</summary>
    public static string Show(string text) => JsonSerializer.Serialize(text.Length > 200 ? text[..200] : text);
}
