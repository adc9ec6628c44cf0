namespace LocalSlm.Scheduling;

/// <summary>A piece of a reply. <see cref="Text"/> holds whole characters and may be empty (log probabilities alone, or the
/// last update).</summary>
/// <param name="Text">The text that became final.</param>
/// <param name="Finish">Why the reply ended; <see cref="GenerationFinish.None"/> on all but the last update.</param>
/// <param name="LogProbabilities">Those of the token behind this update, where they were asked for.</param>
/// <param name="TokenCount">How many tokens came with this update; over all updates the reply's tokens. Below zero where forced text took
/// fewer tokens together with what was there.</param>
internal readonly record struct GenerationUpdate(
    string Text,
    GenerationFinish Finish,
    TokenLogProbabilities? LogProbabilities,
    int TokenCount = 0
);
