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
            var candidate = Candidates[i];
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n{i + 1}. {string.Join(" + ", candidate.Devices.Select(static device => device.Name))}"
            );
            text.Append(
                CultureInfo.InvariantCulture,
                $": {candidate.GpuLayers} layers on GPUs, context {candidate.ContextTokens}, {candidate.Threads} threads"
            );
            foreach (var reason in candidate.Reasons)
            {
                text.Append("\n   - ").Append(reason);
            }
        }

        if (Candidates.Count == 0)
        {
            text.Append("\nIt fits nowhere.");
        }
        else
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"\nThe longest conversation that would fit {Candidates[0].Device.Name}: {MostContextTokens} tokens."
            );
        }

        foreach (var attempt in Excluded)
        {
            text.Append("\nLeft out: ").Append(attempt.Device).Append(": ").Append(attempt.Reason);
        }

        return text.ToString();
    }
}
