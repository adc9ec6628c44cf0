namespace LocalSlm.Onnx.Interop;

/// <summary>Lets tests fail a run as a broken device does: no driver breaks on demand.</summary>
/// <remarks>Off unless the switch is set when the process starts, as only test programs do. It is read once into a constant, so that the
/// compiler of the running program leaves the question out of the run.</remarks>
internal static class RunFaults
{
    /// <summary>The switch of the runtime configuration.</summary>
    public const string Switch = "LocalSlm.Onnx.InjectsFaults";

    private static readonly bool s_areInjected = AppContext.TryGetSwitch(Switch, out var isOn) && isOn;

    /// <summary>Gets or sets what is called after a run that was done; it may throw what a device throws.</summary>
    public static Action? Injection { get; set; }

    /// <summary>A run was done.</summary>
    public static void AfterRun()
    {
        if (s_areInjected)
        {
            Injection?.Invoke();
        }
    }
}
