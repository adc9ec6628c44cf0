using System.Globalization;
using System.Text;

namespace LocalSlm;

public sealed partial record LoadedModelInfo
{
    /// <summary>Gives in readable lines where the model runs and why, what its memory is, what does not serve it, and what happened.</summary>
    /// <returns>Several lines.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Name} on {Device}{(Provider is null || Device.StartsWith(Provider, StringComparison.Ordinal) ? "" : $" by {Provider}")}, "
        );
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Facts.Runtime} {RuntimeVersion}: context {ContextTokens:N0}, threads {Threads}, loaded in {LoadDuration.TotalSeconds:F2} s"
        );
        if (Placement is { } placement)
        {
            text.Append("\nPlanned as ").Append(placement);
        }

        foreach (var memory in Memory)
        {
            text.Append("\nTaken on ")
                .Append(memory.Device)
                .Append(": weights ")
                .Append(HardwareTable.Bytes(memory.WeightBytes))
                .Append(", KV cache ")
                .Append(HardwareTable.Bytes(memory.KvCacheBytes))
                .Append(", compute ")
                .Append(HardwareTable.Bytes(memory.ComputeBytes));
        }

        foreach (var attempt in FailedDevices)
        {
            text.Append("\nNot on ").Append(attempt.Device).Append(": ").Append(attempt.Reason);
        }

        foreach (var entry in History)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{entry.Time:u} {entry.Kind} {entry.Device}: {entry.Reason}");
        }

        return text.ToString();
    }
}
