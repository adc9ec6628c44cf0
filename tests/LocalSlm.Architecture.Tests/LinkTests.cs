using System.Text;
using System.Text.RegularExpressions;
using LocalSlm.Testing;

namespace LocalSlm.Tests;

/// <summary>Links between the repository's own pages lead somewhere.</summary>
public partial class LinkTests
{
    private static readonly string[] s_foreignFolders = ["artifacts", "bin", "obj", "node_modules", ".git"];

    public static TheoryData<string> Pages =>
        [
            .. Walk(TestAssets.RepositoryRoot)
                .Select(static path => Path.GetRelativePath(TestAssets.RepositoryRoot, path).Replace('\\', '/')),
        ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_OfPage_LeadSomewhere(string page)
    {
        var path = Path.Combine(TestAssets.RepositoryRoot, page);
        foreach (Match match in Link.Matches(Prose(path)))
        {
            var target = match.Groups["target"].Value;
            if (target.Contains("://", StringComparison.Ordinal))
            {
                continue;
            }

            var parts = target.Split('#', 2);
            var file = parts[0].Length == 0 ? path : Path.Combine(Path.GetDirectoryName(path)!, parts[0]);
            Assert.True(Path.Exists(file), $"{page} links to '{target}', which is not there.");
            if (parts.Length == 2)
            {
                var anchors = Heading.Matches(Prose(file)).Select(static heading => Anchor(heading.Groups[1].Value));
                Assert.True(anchors.Contains(parts[1]), $"{page} links to '{target}', which has no such heading.");
            }
        }
    }

    [Fact]
    public void Pages_OfTheRepository_AreFound()
    {
        var pages = Pages.Select(static row => row.Data).ToList();
        Assert.Contains("README.md", pages);
        Assert.Contains("docs/errors/README.md", pages);
    }

    [Theory]
    [InlineData("docs/guide")]
    [InlineData("docs/errors")]
    [InlineData("docs/decisions")]
    public void Page_OfFolder_IsInTheIndex(string folder)
    {
        var full = Path.Combine(TestAssets.RepositoryRoot, folder);
        var own = Path.Combine(full, "README.md");
        var index = File.ReadAllText(
            File.Exists(own) ? own : Path.Combine(TestAssets.RepositoryRoot, "docs", "README.md")
        );
        foreach (var page in Directory.EnumerateFiles(full, "*.md").Where(page => page != own))
        {
            Assert.Contains($"{Path.GetFileName(page)})", index, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link { get; }

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading { get; }

    [GeneratedRegex(@"^```.*?^```|`[^`\n]+`", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code { get; }

    // Headings may hold code, so only what could hide a link is cut: fenced blocks and spans with brackets.
    private static string Prose(string path) =>
        Code.Replace(
            File.ReadAllText(path).ReplaceLineEndings("\n"),
            static code =>
                code.Value.StartsWith("```", StringComparison.Ordinal) || code.Value.Contains('(')
                    ? string.Empty
                    : code.Value
        );

    // The form that the common renderers give to a heading's anchor.
    private static string Anchor(string heading)
    {
        var anchor = new StringBuilder();
        foreach (var character in heading.Trim().ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(character) || character is '-' or '_')
            {
                anchor.Append(character);
            }
            else if (character == ' ')
            {
                anchor.Append('-');
            }
        }

        return anchor.ToString();
    }

    private static IEnumerable<string> Walk(string folder) =>
        Directory
            .EnumerateFiles(folder, "*.md")
            .Concat(
                Directory
                    .EnumerateDirectories(folder)
                    .Where(static child => !s_foreignFolders.Contains(Path.GetFileName(child)))
                    .SelectMany(Walk)
            );
}
