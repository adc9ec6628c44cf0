namespace LocalSlm.Templating;

/// <summary>How many slots a frame has.</summary>
internal sealed class FrameLayout
{
    public int Slots { get; set; }
}
