namespace LocalSlm.Templating;

/// <summary>Stands where a variable or an argument has no value at all; <see langword="null"/> is None.</summary>
internal sealed class Missing
{
    public static readonly object Value = new Missing();

    private Missing() { }
}
