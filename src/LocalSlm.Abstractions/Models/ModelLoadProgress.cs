namespace LocalSlm;

/// <summary>A step of loading a model.</summary>
/// <param name="Stage">What is being done.</param>
/// <param name="Fraction">How much of the whole is done, 0 to 1.</param>
public readonly record struct ModelLoadProgress(ModelLoadStage Stage, double Fraction);
