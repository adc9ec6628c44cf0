namespace LocalSlm.Gguf.Interop;

/// <summary>Lets tests put the results of a broken device in the place of <c>llama_decode</c>'s: no driver breaks on demand.</summary>
/// <remarks>Off unless the switch is set when the process starts, as only test programs do. It is read once into a constant, so that the
/// compiler of the running program leaves the question out of the call.</remarks>
internal static class DecodeFaults
{
    /// <summary>The switch of the runtime configuration.</summary>
    public const string Switch = "LocalSlm.Gguf.InjectsFaults";

    public static readonly bool AreInjected = AppContext.TryGetSwitch(Switch, out var isOn) && isOn;

    /// <summary>Gets or sets what takes the result of the native call, which was made, and gives the one that is returned.</summary>
    public static Func<int, int>? Injection { get; set; }
}
