namespace LocalSlm.Tokenization;

/// <summary>A text under work. Where offsets are wanted, it knows for each of its characters which characters of the original
/// it stands for.</summary>
internal sealed class AlignedText;
