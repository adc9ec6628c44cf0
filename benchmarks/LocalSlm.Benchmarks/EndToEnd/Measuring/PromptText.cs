using System.Globalization;
using System.Text;

namespace LocalSlm.Benchmarks.EndToEnd.Measuring;

/// <summary>Makes prompts of a wanted length. Another seed gives another text from the first words on.</summary>
internal static class PromptText
{
    private static readonly string[] Places = ["harbour", "market", "mill", "bridge", "garden", "library", "station"];
    private static readonly string[] People = ["baker", "teacher", "sailor", "farmer", "painter", "doctor", "clerk"];
    private static readonly string[] Deeds = ["built", "sold", "repaired", "described", "counted", "painted", "lost"];
    private static readonly string[] Things = ["boats", "letters", "clocks", "maps", "baskets", "lanterns", "books"];

    /// <summary>Makes a text.</summary>
    /// <param name="tokens">The tokens wanted.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="count">Counts the tokens of the whole request that holds a text.</param>
    public static string Make(int tokens, int seed, Func<string, int> count)
    {
        var words = Words(seed, tokens);
        var (low, high) = (0, words.Length);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (count(string.Join(' ', words[..middle])) <= tokens)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        // Single letters fill what is left.
        var text = new StringBuilder(string.Join(' ', words[..low]));
        while (count(text.ToString() + " a") <= tokens)
        {
            text.Append(" a");
        }

        return text.ToString();
    }

    /// <summary>Makes a text of so many words.</summary>
    public static string OfWords(int words, int seed) => string.Join(' ', Words(seed, words)[..words]);

    private static string[] Words(int seed, int atLeast)
    {
        var random = new Random(seed);
        var words = new List<string>();
        while (words.Count < atLeast)
        {
            words.AddRange(
                string.Create(
                        CultureInfo.InvariantCulture,
                        $"In {random.Next(1100, 1990)} the {Pick(People)} at the {Pick(Places)} {Pick(Deeds)} {random.Next(2, 99)} {Pick(Things)}, and the {Pick(People)} {Pick(Deeds)} the {Pick(Places)}."
                    )
                    .Split(' ')
            );
        }

        return [.. words];

        string Pick(string[] from) => from[random.Next(from.Length)];
    }
}
