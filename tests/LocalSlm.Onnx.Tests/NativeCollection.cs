namespace LocalSlm.Tests;

/// <summary>Tests that compute on the native library run one after the other: its threads spin while they wait for each other,
/// and handles are counted for the whole process.</summary>
[CollectionDefinition("native", DisableParallelization = true)]
public sealed class NativeCollection;
