namespace LocalSlm;

/// <summary>Tells what this machine computes with, which runtime drives it, and why not where none does. It never loads a model.
/// Safe for concurrent use.</summary>
public interface IHardwareProbe
{
    /// <summary>Gets the report. The first call asks the system and the runtimes; later ones answer from memory.</summary>
    /// <param name="refresh">Whether everything is asked again. Memory figures are fresh in any case.</param>
    /// <param name="cancellationToken">Ends the waiting; a probe under way goes on for others.</param>
    /// <returns>The report. What could not be read is missing from it, with the reason in
    /// <see cref="HardwareReport.Problems"/>.</returns>
    Task<HardwareReport> ProbeAsync(bool refresh = false, CancellationToken cancellationToken = default);
}
