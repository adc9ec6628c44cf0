namespace LocalSlm.Tools;

/// <summary>Tells reasoning, text and tool calls apart while a reply comes. What it gives does not depend on how the text was cut.
/// Linear in time. Its state belongs to one reply; not safe for concurrent use.</summary>
internal interface IReplyParser
{
    /// <summary>Takes in a piece of the reply, the names of control tokens included where the format needs them.</summary>
    /// <param name="text">The piece.</param>
    /// <param name="parts">Receives what became certain, appended. Text and reasoning come as soon as they can be nothing else.</param>
    void Append(string text, List<ReplyPart> parts);

    /// <summary>Ends the reply: what was held back is given out as what it is.</summary>
    /// <param name="parts">Receives the rest, appended.</param>
    void Complete(List<ReplyPart> parts);
}
