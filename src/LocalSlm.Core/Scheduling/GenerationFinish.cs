namespace LocalSlm.Scheduling;

/// <summary>Why a generation ended.</summary>
internal enum GenerationFinish
{
    /// <summary>It goes on.</summary>
    None,

    /// <summary>The model ended it, or a stop sequence was met.</summary>
    Stop,

    /// <summary>The token limit or the context's end was met.</summary>
    Length,
}
