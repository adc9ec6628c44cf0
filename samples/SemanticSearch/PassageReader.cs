namespace LocalSlm.Samples.SemanticSearch;

/// <summary>Reads the texts of a folder, paragraph by paragraph.</summary>
internal static class PassageReader
{
    private static readonly string[] s_kinds = [".txt", ".md"];

    public static async Task<List<Passage>> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        var passages = new List<Passage>();
        var files = Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(static file => s_kinds.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var text = (await File.ReadAllTextAsync(file, cancellationToken)).ReplaceLineEndings("\n");
            passages.AddRange(
                text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    .Select(paragraph => new Passage(
                        Path.GetRelativePath(folder, file),
                        paragraph.ReplaceLineEndings(" ")
                    ))
            );
        }

        return passages;
    }
}
