namespace LocalSlm.Placement;

/// <summary>What of a model fits one candidate.</summary>
/// <param name="Layers">The layers on graphics processors, the output counted as one; 0 for the CPU.</param>
/// <param name="ExpertsOnCpu">Whether experts stay in main memory.</param>
/// <param name="Context">The tokens of one conversation.</param>
/// <param name="Cache">The tokens of all conversations.</param>
/// <param name="Memory">The account.</param>
internal sealed record Fit(int Layers, bool ExpertsOnCpu, int Context, int Cache, IReadOnlyList<DeviceMemory> Memory);
