using LocalSlm.Gguf;
using LocalSlm.Onnx;

namespace LocalSlm.Hosting.Lifetime;

/// <summary>Finds the runtime that serves a model.</summary>
internal static class ModelRuntimes
{
    /// <summary>Makes the runtimes of this package, with their defaults.</summary>
    public static IReadOnlyList<IModelRuntime> Make() => [new GgufRuntime(), new OnnxModelRuntime()];

    /// <summary>Finds the first runtime that recognises a path.</summary>
    /// <param name="runtimes">The runtimes, in the order of registration.</param>
    /// <param name="path">The model's file or folder.</param>
    /// <returns>The runtime.</returns>
    /// <exception cref="ModelNotFoundException">Nothing is there.</exception>
    /// <exception cref="UnsupportedModelException">No runtime knows what it is.</exception>
    public static IModelRuntime Choose(IReadOnlyList<IModelRuntime> runtimes, string path)
    {
        foreach (var runtime in runtimes)
        {
            if (runtime.Recognises(path))
            {
                return runtime;
            }
        }

        if (!Path.Exists(path))
        {
            throw new ModelNotFoundException(
                path,
                $"nothing is at this path ({Path.GetFullPath(path)}). Check the path, or download the model first."
            );
        }

        throw new UnsupportedModelException(
            path,
            architecture: null,
            $"no runtime recognises it. Looked for: {string.Join("; ", runtimes.Select(static runtime => $"{runtime.RecognisedFiles} ({runtime.Name})"))}."
        );
    }
}
