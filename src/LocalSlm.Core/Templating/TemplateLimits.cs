namespace LocalSlm.Templating;

/// <summary>Bounds on what a template may use up. A template comes with a model file and is not trusted.</summary>
internal sealed record TemplateLimits
{
    /// <summary>Gets the limits that apply when none are given.</summary>
    public static TemplateLimits Default { get; } = new();

    /// <summary>Gets the steps (statements, loop turns, calls, elements of built sequences) one render may take.</summary>
    public int MaxSteps { get; init; } = 5_000_000;

    /// <summary>Gets how deep macro calls and recursive loops may nest.</summary>
    public int MaxCallDepth { get; init; } = 100;

    /// <summary>Gets the longest text, in characters, that a render may build, the prompt itself included.</summary>
    public int MaxOutputCharacters { get; init; } = 16 * 1024 * 1024;

    /// <summary>Gets the characters that all texts built during one render may have together, intermediate ones included.</summary>
    public long MaxTotalCharacters { get; init; } = 128L * 1024 * 1024;

    /// <summary>Gets the greatest number of elements of <c>range()</c>; Jinja's sandbox has the same.</summary>
    public int MaxRange { get; init; } = 100_000;

    /// <summary>Gets the greatest size of a whole number, in bits.</summary>
    public int MaxIntegerBits { get; init; } = 4096;

    /// <summary>Gets how deep values may nest where they are printed, compared or serialised.</summary>
    public int MaxValueDepth { get; init; } = 150;
}
