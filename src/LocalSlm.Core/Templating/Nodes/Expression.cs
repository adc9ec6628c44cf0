namespace LocalSlm.Templating;

/// <summary>An expression of a template.</summary>
internal abstract class Expression
{
    // Evaluation recurses; this many frames fit any thread's stack.
    private const int MaxDepth = 250;

    private int _depth = 1;

    public abstract object? Evaluate(RenderState state);

    /// <summary>Evaluates to a truth value without boxing it.</summary>
    public virtual bool Test(RenderState state) => Values.Truth(Evaluate(state));

    /// <summary>Evaluates and prints.</summary>
    public virtual void Print(RenderState state) => state.Write(state.Output, Evaluate(state));

    /// <summary>Notes that this expression stands over others, and refuses to stand too high.</summary>
    protected void Over(Expression? part)
    {
        if (part is not null && part._depth >= _depth)
        {
            _depth = part._depth + 1;
            if (_depth > MaxDepth)
            {
                throw new ChatTemplateException($"an expression is nested more than {MaxDepth} deep");
            }
        }
    }

    protected void Over(IEnumerable<Expression?> parts)
    {
        foreach (var part in parts)
        {
            Over(part);
        }
    }
}
