using LocalSlm.Testing;

namespace LocalSlm.Tests;

public class ErrorPageTests
{
    public static TheoryData<string> Errors =>
        [
            .. typeof(LocalSlmException)
                .Assembly.GetExportedTypes()
                .Where(static type => type.IsSubclassOf(typeof(LocalSlmException)))
                .Select(static type => type.Name),
        ];

    [Theory]
    [MemberData(nameof(Errors))]
    public void Error_HasAPageThatNamesItsData(string error)
    {
        var page = Path.Combine(TestAssets.RepositoryRoot, "docs", "errors", $"{error}.md");
        Assert.True(File.Exists(page), $"{page} is missing.");
        var text = File.ReadAllText(page);
        var type = typeof(LocalSlmException).Assembly.GetType($"LocalSlm.{error}")!;
        foreach (var property in type.GetProperties().Where(property => property.DeclaringType == type))
        {
            Assert.Contains($"`{property.Name}`", text, StringComparison.Ordinal);
        }
    }
}
