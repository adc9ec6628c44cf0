using LocalSlm.Gguf.Format;

namespace LocalSlm.Gguf.Runtime;

/// <summary>A model whose files were read and checked.</summary>
/// <param name="File">The files.</param>
/// <param name="Facts">What they say.</param>
internal sealed record CheckedModel(GgufModelFile File, ModelFacts Facts);
