namespace LocalSlm;

/// <summary>Kinds of things that happen to a model.</summary>
public enum ModelHistoryKind
{
    /// <summary>A device was tried and did not serve; the next one was tried.</summary>
    FellBack,

    /// <summary>The model was loaded on the device.</summary>
    Loaded,

    /// <summary>The device failed while it computed; the model went on to another one.</summary>
    FailedOver,
}
