using System.Globalization;
using System.Text;

namespace LocalSlm;

public sealed partial record PlacementPlan
{
    /// <summary>Gives the plan in readable lines: each candidate with its reasons, then what was left out and why.</summary>
    /// <returns>Several lines.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(Facts.Name ?? System.IO.Path.GetFileName(Facts.Path));
        text.Append(
            CultureInfo.InvariantCulture,
            $" ({Facts.Architecture}{(Facts.Quantization is { } kind ? $", {kind}" : "")}, {Facts.LayerCount} layers)"
        );
        for (var i = 0; i < Candidates.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{i + 1}. {Candidates[i]}");
        }

        if (Candidates.Count == 0)
        {
            text.Append(Excluded.Count == 0 ? "\nNo device is listed." : "\nIt fits nowhere.");
        }
        else
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"\nThe longest conversation that would fit {Candidates[0].Device.Name}: {MostContextTokens:N0} tokens."
            );
        }

        foreach (var attempt in Excluded)
        {
            text.Append("\nLeft out: ").Append(attempt.Device).Append(": ").Append(attempt.Reason);
        }

        return text.ToString();
    }
}
