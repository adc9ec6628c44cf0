using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using LocalSlm.Testing;

namespace LocalSlm.Tests;

/// <summary>The guide names every option, with the default that the code has.</summary>
public class GuideTests
{
    public static TheoryData<string> LoadOptions =>
        [.. typeof(ModelLoadOptions).GetProperties().Select(static property => property.Name)];

    public static TheoryData<string> RequestOptions =>
        [
            .. typeof(LocalChatOptions)
                .GetMethods(BindingFlags.Public | BindingFlags.Static)
                .Where(static method => method.Name.StartsWith("get_", StringComparison.Ordinal))
                .Select(static method => method.Name["get_".Length..]),
        ];

    [Theory]
    [MemberData(nameof(LoadOptions))]
    public void LoadOption_InTheGuide_HasTheDefaultOfTheCode(string option)
    {
        var value = typeof(ModelLoadOptions).GetProperty(option)!.GetValue(new ModelLoadOptions());
        var expected = value switch
        {
            null => "automatic",
            bool flag => flag ? "true" : "false",
            TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds} s"),
            IDictionary<string, object?> { Count: 0 } => "none",
            IList<DeviceSelector> { Count: 0 } when option == nameof(ModelLoadOptions.ExcludedDevices) => "none",
            IList<DeviceSelector> { Count: 0 } or IList<double> { Count: 0 } => "automatic",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture),
        };

        var row = Assert.Single(
            File.ReadLines(Path.Combine(Guide, "models.md")),
            line => line.StartsWith($"| `{option}` |", StringComparison.Ordinal)
        );
        Assert.Equal(expected, row.Split('|', StringSplitOptions.TrimEntries)[4]);
    }

    [Theory]
    [MemberData(nameof(RequestOptions))]
    public void RequestOption_IsInTheGuide(string option) =>
        Assert.Contains($"`{option}`", File.ReadAllText(Path.Combine(Guide, "chat.md")), StringComparison.Ordinal);

    /// <summary>The formats are internal; what refuses an unknown name lists them.</summary>
    [Fact]
    public async Task ToolFormats_AllOfThem_HaveARowInTheGuide()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() =>
            LocalModel.LoadAsync(
                new FakeModelRuntime(),
                "fake:any",
                new ModelLoadOptions { ToolFormat = "no such format" }
            )
        );
        var listed = Regex.Match(error.Message, @"There are: (.+)\. \(Parameter").Groups[1].Value.Split(", ");
        var rows = File.ReadAllText(Path.Combine(Guide, "tools.md"));

        Assert.Contains("hermes", listed);
        Assert.All(listed, name => Assert.Contains($"\n| `{name}` | ", rows, StringComparison.Ordinal));
    }

    [Fact]
    public void Options_ThatTheGuideIsCheckedFor_AreFound()
    {
        Assert.Contains(nameof(ModelLoadOptions.ContextTokens), LoadOptions.Select(static row => row.Data));
        Assert.Contains("MinP", RequestOptions.Select(static row => row.Data));
    }

    private static string Guide => Path.Combine(TestAssets.RepositoryRoot, "docs", "guide");
}
