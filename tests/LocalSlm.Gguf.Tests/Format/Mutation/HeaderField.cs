namespace LocalSlm.Tests.Format.Mutation;

/// <summary>A field of a header.</summary>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Length">Its bytes.</param>
internal readonly record struct HeaderField(int Offset, int Length);
