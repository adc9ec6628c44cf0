namespace LocalSlm;

/// <summary>The stages of loading a model, in order.</summary>
public enum ModelLoadStage
{
    /// <summary>The file's header is read and checked.</summary>
    Inspecting,

    /// <summary>Weights are read.</summary>
    LoadingWeights,

    /// <summary>KV cache and compute buffers are allocated.</summary>
    CreatingContext,

    /// <summary>The model is ready.</summary>
    Ready,
}
