namespace LocalSlm.Gguf.Interop;

/// <summary>The three libraries of one build of llama.cpp, in the order in which they are loaded.</summary>
/// <param name="Directory">The folder they lie in.</param>
/// <param name="GgmlBase">Path of <c>ggml-base</c>.</param>
/// <param name="Ggml">Path of <c>ggml</c>.</param>
/// <param name="Llama">Path of <c>llama</c>.</param>
/// <param name="Version">The version that the file name of <c>llama</c> tells, such as <c>0.4.0</c>; or <see langword="null"/>.</param>
internal sealed record NativeFiles(string Directory, string GgmlBase, string Ggml, string Llama, string? Version);
