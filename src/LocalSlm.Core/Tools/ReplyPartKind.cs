namespace LocalSlm.Tools;

/// <summary>What a part of a reply is.</summary>
internal enum ReplyPartKind
{
    /// <summary>Text for the reader.</summary>
    Text,

    /// <summary>The model's own thinking.</summary>
    Reasoning,

    /// <summary>A complete tool call.</summary>
    Call,
}
