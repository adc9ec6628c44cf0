namespace LocalSlm.Hardware;

/// <summary>The last three samples of how many processors other programs left free.</summary>
/// <param name="Number">Number of the latest sample; 0 if there is none.</param>
/// <param name="Latest">Free processors in the latest sample.</param>
/// <param name="Previous">In the one before.</param>
/// <param name="Oldest">In the one before that.</param>
internal readonly record struct ContentionReading(int Number, int Latest, int Previous, int Oldest)
{
    /// <summary>Tells whether fewer processors than that were free in the latest sample.</summary>
    public bool IsShort(int threads) => Number > 0 && Latest < threads;

    /// <summary>Tells whether fewer processors than that were free in the two latest samples: no accident.</summary>
    public bool IsShortTwice(int threads) => Number > 1 && Latest < threads && Previous < threads;

    /// <summary>Gets how many processors were free in all three samples; 0 while there are fewer.</summary>
    public int SteadilyFree => Number > 2 ? Math.Min(Latest, Math.Min(Previous, Oldest)) : 0;
}
