namespace LocalSlm.Tokenization.Patterns;

/// <summary>A state of <see cref="LazyAutomaton"/>: where all live attempts stand, the preferred first.</summary>
internal sealed class AutomatonState(int[] threads, int before, bool isMatch, int classCount)
{
    /// <summary>The steps at which the attempts stand, preferred ones first.</summary>
    public readonly int[] Threads = threads;

    /// <summary>The class of the code point before, where the pattern looks at it.</summary>
    public readonly int Before = before;

    /// <summary>Whether a match ended before the code point that led here.</summary>
    public readonly bool IsMatch = isMatch;

    /// <summary>The states that each class leads to, the end of the text last; <see langword="null"/> until asked for.</summary>
    public readonly AutomatonState?[] Next = new AutomatonState?[classCount + 1];

    /// <summary>Whether no attempt is left.</summary>
    public readonly bool IsDead = threads.Length == 0;
}
