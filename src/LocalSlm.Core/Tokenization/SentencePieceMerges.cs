using LocalSlm.Tokenization.Bpe;

namespace LocalSlm.Tokenization;

/// <summary>Makes merges of a SentencePiece vocabulary of the kind BPE, which has scores only: two symbols merge if they make an
/// entry, the entry of the highest score first.</summary>
internal static class SentencePieceMerges
{
    /// <summary>The longest entry that is believed; every cut of every entry is looked at.</summary>
    private const int MostBytes = 1_024;

    /// <summary>Makes the model.</summary>
    /// <param name="tokens">The entries by id.</param>
    /// <param name="scores">Their scores; empty: in the order of the ids.</param>
    /// <param name="unknown">The token of unknown characters.</param>
    /// <param name="isControl">Tells which entries text never makes.</param>
    /// <returns>The model, which spells unknown characters in bytes where the vocabulary has those.</returns>
    /// <exception cref="FormatException">An entry is there twice.</exception>
    public static BpeModel Build(
        IReadOnlyList<string> tokens,
        IReadOnlyList<float> scores,
        string unknown,
        Func<int, bool> isControl
    )
    {
        var vocabulary = new Utf8Vocabulary();
        for (var id = 0; id < tokens.Count; id++)
        {
            if (!isControl(id) || tokens[id] == unknown)
            {
                vocabulary.TryAdd(System.Text.Encoding.UTF8.GetBytes(tokens[id]), id);
            }
        }

        int[] order =
        [
            .. Enumerable
                .Range(0, tokens.Count)
                .Where(vocabulary.Has)
                .OrderByDescending(id => scores.Count > 0 ? scores[id] : -id)
                .ThenBy(id => id),
        ];
        var table = new List<(int Left, int Right, int Rank)>();
        for (var rank = 0; rank < order.Length; rank++)
        {
            var entry = vocabulary[order[rank]];
            if (entry.Length > MostBytes)
            {
                throw new FormatException(
                    $"The entry {order[rank]} has {entry.Length} bytes; the limit is {MostBytes}."
                );
            }

            for (var cut = 1; cut < entry.Length; cut++)
            {
                // At a character's start only.
                if (
                    (entry[cut] & 0xC0) != 0x80
                    && vocabulary.Find(entry[..cut]) is >= 0 and var left
                    && vocabulary.Find(entry[cut..]) is >= 0 and var right
                )
                {
                    table.Add((left, right, rank));
                }
            }
        }

        var merges = new MergeTable(Math.Max(table.Count, order.Length));
        foreach (var (left, right, rank) in table)
        {
            merges.Set(left, right, rank, order[rank]);
        }

        var fallsBack = vocabulary.Find(BpeModel.ByteName(0)) >= 0;
        return new BpeModel(
            vocabulary,
            merges,
            new BpeOptions
            {
                UnknownToken = unknown,
                FallsBackToBytes = fallsBack,
                FusesUnknown = true,
            }
        );
    }
}
