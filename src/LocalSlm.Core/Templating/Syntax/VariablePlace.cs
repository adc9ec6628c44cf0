namespace LocalSlm.Templating;

/// <summary>Where a variable may live: how many frames up, and which slot there.</summary>
internal readonly record struct VariablePlace(int Hops, int Slot);
