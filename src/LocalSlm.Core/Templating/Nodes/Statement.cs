namespace LocalSlm.Templating;

/// <summary>A statement of a template.</summary>
internal abstract class Statement(int line)
{
    public int Line => line;

    public abstract Flow Execute(RenderState state);

    /// <summary>Runs statements until one leaves the loop.</summary>
    public static Flow Execute(RenderState state, Statement[] body)
    {
        foreach (var statement in body)
        {
            state.Step();
            state.Line = statement.Line;
            var flow = statement.Execute(state);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }
}
