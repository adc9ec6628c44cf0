namespace LocalSlm.Constraints.Automaton;

/// <summary>The stacks of a grammar's states: equal ones are one object. Not safe for concurrent use.</summary>
internal sealed class FrameTable(CompiledGrammar grammar)
{
    private readonly Dictionary<(int Parent, int Site, int Count), Frame> _frames = [];
    private int _nextId = 1;

    /// <summary>Gets the empty stack.</summary>
    public Frame Bottom { get; } = new(0, null, -1, Frame.IsReturn) { Epoch = int.MaxValue };

    public int Count => _frames.Count;

    public int Epoch { get; private set; }

    public Frame Push(Frame parent, int site, int count)
    {
        ref var frame = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
            _frames,
            (parent.Id, site, count),
            out _
        );
        return frame ??= new Frame(_nextId++, parent, site, count) { Epoch = Epoch };
    }

    /// <summary>Forgets all frames. Those that are still held stay right, but equal ones made later are other objects.</summary>
    public void Forget()
    {
        _frames.Clear();
        Epoch++;
    }

    /// <summary>Gets the frame of this time that equals one of an earlier time.</summary>
    public Frame Adopt(Frame frame)
    {
        if (frame == Bottom || frame.Epoch == Epoch)
        {
            return frame;
        }

        var chain = new Stack<Frame>();
        for (; frame != Bottom && frame.Epoch != Epoch; frame = frame.Parent!)
        {
            chain.Push(frame);
        }

        var adopted = frame;
        while (chain.TryPop(out var old))
        {
            adopted = Push(adopted, old.Site, old.Count);
        }

        return adopted;
    }

    /// <summary>Gets the frame that stands for one when texts of at most <paramref name="reach"/> bytes are looked at: counters that
    /// are far from their limits are equal. One reach for all calls.</summary>
    public Frame Clamp(Frame frame, int reach)
    {
        if (frame == Bottom)
        {
            return frame;
        }

        var chain = new Stack<Frame>();
        for (; frame != Bottom && frame.Clamped is null; frame = frame.Parent!)
        {
            chain.Push(frame);
        }

        var clamped = frame == Bottom ? frame : frame.Clamped!;
        while (chain.TryPop(out var exact))
        {
            var count = exact.Count < 0 ? exact.Count : grammar.Repeats[exact.Site].Clamp(exact.Count, reach);
            clamped = clamped == exact.Parent && count == exact.Count ? exact : Push(clamped, exact.Site, count);
            exact.Clamped = clamped;
        }

        return clamped;
    }
}
