namespace LocalSlm.Hosting.Peers;

/// <summary>An environment variable of other software that means something here.</summary>
/// <param name="Name">The variable.</param>
/// <param name="Writes">The options it sets, as paths below <c>LocalSlm</c>; empty if it sets none.</param>
/// <param name="Meaning">What it means here, for the guide.</param>
/// <param name="Apply">Sets the options; throws what setters and parsers throw.</param>
internal sealed record PeerVariable(string Name, IReadOnlyList<string> Writes, string Meaning, Action<PeerValue> Apply);
