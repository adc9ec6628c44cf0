using System.Globalization;
using System.Text;

namespace LocalSlm.Tests.Tokenization;

/// <summary>Collects what differs from a golden, so that one run shows all of it.</summary>
internal sealed class Differences
{
    private const int Most = 20;

    private readonly StringBuilder _shown = new();
    private int _count;

    /// <summary>Compares two rows.</summary>
    public void Compare<T>(string title, string what, IEnumerable<T> expected, IEnumerable<T> actual)
    {
        if (expected.SequenceEqual(actual) || ++_count > Most)
        {
            return;
        }

        _shown.AppendLine(
            CultureInfo.InvariantCulture,
            $"{GoldenFile.Show(title)} {what}:\n  expected {Show(expected)}\n  got      {Show(actual)}"
        );
    }

    /// <summary>Fails if anything differed.</summary>
    public void AssertNone() => Assert.True(_count == 0, $"{_count} differ:\n{_shown}");

    private static string Show<T>(IEnumerable<T> values)
    {
        string text = string.Join(' ', values.Select(v => v is string s ? GoldenFile.Show(s) : $"{v}"));
        return text.Length > 400 ? text[..400] : text;
    }
}
