namespace LocalSlm.Scheduling;

/// <summary>What a step may hold.</summary>
/// <param name="BatchTokens">The most tokens in a step.</param>
/// <param name="PrefillChunkTokens">The most prompt tokens in a step that also generates.</param>
/// <param name="Mixes">Whether rows of many tokens may stand beside others.</param>
/// <param name="Turn">The number of the step: it rotates who comes first when not all fit.</param>
internal readonly record struct PlanLimits(int BatchTokens, int PrefillChunkTokens, bool Mixes, long Turn);
