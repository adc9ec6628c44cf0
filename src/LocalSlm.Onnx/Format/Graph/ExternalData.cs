namespace LocalSlm.Onnx.Format.Graph;

/// <summary>Where a tensor's data lie outside the graph's file.</summary>
/// <param name="Location">The file, as written, relative to the graph's folder.</param>
/// <param name="Offset">Where in it, in bytes.</param>
/// <param name="Length">How many bytes.</param>
internal sealed record ExternalData(string Location, long Offset, long Length);
