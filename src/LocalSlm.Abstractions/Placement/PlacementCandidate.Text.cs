using System.Globalization;
using System.Text;

namespace LocalSlm;

public sealed partial record PlacementCandidate
{
    /// <summary>Gives the candidate in readable lines: where it goes, then why.</summary>
    /// <returns>Several lines.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendJoin(" + ", Devices.Select(static device => device.Name));
        text.Append(
            CultureInfo.InvariantCulture,
            $": GPU layers {GpuLayers}, context {ContextTokens:N0}, threads {Threads}"
        );
        foreach (var reason in Reasons)
        {
            text.Append("\n   - ").Append(reason);
        }

        return text.ToString();
    }
}
