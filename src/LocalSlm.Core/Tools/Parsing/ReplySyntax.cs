namespace LocalSlm.Tools;

/// <summary>How a family's replies are read: its markers, and the readers of its blocks. Immutable; safe to share.</summary>
internal sealed class ReplySyntax
{
    // Two threads may make the same set at once; either will do.
    private readonly MarkerSet?[] _sets = new MarkerSet?[MarkerChoice.Count];

    /// <summary>Gets how thinking is marked; <see langword="null"/> if tags do not mark it.</summary>
    public ReasoningTags? Reasoning { get; init; }

    /// <summary>Gets a value indicating whether thinking may begin anywhere. Otherwise it begins at the start of the reply or behind
    /// another block, so that a text may speak of the tags.</summary>
    public bool ReasoningAnywhere { get; init; }

    /// <summary>Gets the other markers.</summary>
    public IReadOnlyList<ReplyMarker> Markers { get; init; } = [];

    /// <summary>Gets what makes the reader that a reply begins in, for families whose prompt ends within a header;
    /// <see langword="null"/> for none.</summary>
    public Func<BlockContext, IBlockReader?>? Beginning { get; init; }

    /// <summary>Makes the parser of one reply.</summary>
    public IReplyParser CreateParser(ReplyParserInput input)
    {
        var parser = new ReplyParser(this, input);
        return input.ExpectsJson ? new FencedJsonParser(parser) : parser;
    }

    /// <summary>Gives the markers that count.</summary>
    internal MarkerSet MarkersFor(MarkerChoice choice) => Volatile.Read(ref _sets[choice.Index]) ?? Add(choice);

    private MarkerSet Add(MarkerChoice choice)
    {
        var set = Select(choice);
        Volatile.Write(ref _sets[choice.Index], set);
        return set;
    }

    private MarkerSet Select(MarkerChoice choice)
    {
        var chosen = Markers
            .Where(m =>
                (choice.Calls || !m.OnlyWithTools)
                && (!choice.InReasoning || m.InReasoning)
                && (choice.AtStart || !m.AtStart)
            )
            .ToList();
        if (Reasoning is { } tags)
        {
            if (choice.InReasoning)
            {
                chosen.Add(new ReplyMarker(tags.Close, MarkerEffect.EndReasoning));
            }
            else
            {
                if (choice.AtStart || ReasoningAnywhere)
                {
                    chosen.Add(new ReplyMarker(tags.Open, MarkerEffect.BeginReasoning));
                }

                if (choice.ReasoningBroken)
                {
                    chosen.Add(new ReplyMarker(tags.Close, MarkerEffect.Drop));
                }
            }
        }

        return new MarkerSet(chosen);
    }
}
