namespace LocalSlm.Models;

/// <summary>A registered model at one moment.</summary>
/// <param name="Key">What it is found by.</param>
/// <param name="Model">The loaded model; <see langword="null"/> while it is not loaded. It may go at any time.</param>
/// <param name="IsLoading">Whether a load is wanted or under way.</param>
/// <param name="LoadError">Why its last load failed; <see langword="null"/> if it did not.</param>
internal readonly record struct RegisteredModelState(
    ModelKey Key,
    IResidentModel? Model,
    bool IsLoading,
    Exception? LoadError
);
