using System.Globalization;

namespace LocalSlm.Onnx.Format;

/// <summary>Gathers the special tokens that several files name, and drops what lies outside the vocabulary.</summary>
internal sealed class SpecialTokens(int vocabulary, List<string> disagreements)
{
    private readonly List<int> _end = [];

    /// <summary>Gets the end tokens, without repetition, in the order they were added.</summary>
    public IReadOnlyList<int> End => _end;

    public void AddEnd(IEnumerable<double> ids, string source)
    {
        foreach (var id in ids)
        {
            if (Check(id, "end token", source) is { } token && !_end.Contains(token))
            {
                _end.Add(token);
            }
        }
    }

    /// <summary>Takes a token if it lies in the vocabulary.</summary>
    public int? Check(double? id, string role, string source)
    {
        if (id is not { } number)
        {
            return null;
        }

        if (number >= 0 && number < vocabulary && Math.Floor(number) == number)
        {
            return (int)number;
        }

        // -1 stands for none in many configs.
        if (number != -1)
        {
            disagreements.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{source} names {number} as {role}, which is outside the vocabulary of {vocabulary}; it is left out."
                )
            );
        }

        return null;
    }
}
