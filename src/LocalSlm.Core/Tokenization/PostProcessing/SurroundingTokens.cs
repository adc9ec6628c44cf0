using System.Globalization;

namespace LocalSlm.Tokenization.PostProcessing;

/// <summary>Post-processors for files that only name the tokens around a text.</summary>
internal static class SurroundingTokens
{
    /// <summary>Writes a post-processor that puts tokens around a text; -1 for none.</summary>
    /// <param name="first">The token before a text.</param>
    /// <param name="last">The token behind it.</param>
    /// <returns>The part, as tokenizer.json would have it.</returns>
    public static string Write(int first, int last)
    {
        var before = first < 0 ? "" : """{"SpecialToken":{"id":"first","type_id":0}},""";
        var after = last < 0 ? "" : """,{"SpecialToken":{"id":"last","type_id":0}}""";
        var pairAfter = last < 0 ? "" : """,{"SpecialToken":{"id":"last","type_id":1}}""";
        var tokens = new List<string>();
        if (first >= 0)
        {
            tokens.Add(Special("first", first));
        }

        if (last >= 0)
        {
            tokens.Add(Special("last", last));
        }

        const string TextA = """{"Sequence":{"id":"A","type_id":0}}""";
        const string TextB = """{"Sequence":{"id":"B","type_id":1}}""";
        return $$"""{"type":"TemplateProcessing","single":[{{before}}{{TextA}}{{after}}],"pair":[{{before}}{{TextA}}{{after}},{{TextB}}{{pairAfter}}],"special_tokens":{ {{string.Join(',', tokens)}} } }""";

        static string Special(string name, int id) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                "{{name}}":{"id":"{{name}}","ids":[{{id}}],"tokens":["{{name}}"]}
                """
            );
    }
}
