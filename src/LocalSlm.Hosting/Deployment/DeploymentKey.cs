namespace LocalSlm.Hosting.Deployment;

/// <summary>A key of a deployment document.</summary>
/// <param name="Path">Where it stands, parted by colons.</param>
/// <param name="Writes">The option it sets, as a path below <c>LocalSlm</c>; <see langword="null"/> if it sets none.</param>
/// <param name="Meaning">What it does here.</param>
internal sealed record DeploymentKey(string Path, string? Writes, string Meaning);
