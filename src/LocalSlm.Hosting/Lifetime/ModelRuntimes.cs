namespace LocalSlm.Hosting.Lifetime;

/// <summary>Finds the runtime that serves a model.</summary>
internal static class ModelRuntimes
{
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
            $"none of the runtimes ({string.Join(", ", runtimes.Select(static runtime => runtime.Name))}) recognises it. "
                + "GGUF files begin with the letters GGUF."
        );
    }
}
