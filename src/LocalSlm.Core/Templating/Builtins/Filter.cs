namespace LocalSlm.Templating;

/// <summary>A filter.</summary>
internal sealed class Filter
{
    /// <summary>Makes a filter with the given parameters; an argument not given is <see cref="Missing"/>.</summary>
    public Filter(string name, string[] parameters, Func<RenderState, object?, object?[], object?> body)
    {
        Name = name;
        Parameters = parameters;
        Fixed = body;
    }

    /// <summary>Makes a filter that takes any arguments.</summary>
    public Filter(string name, Func<RenderState, object?, Arguments, object?> body)
    {
        Name = name;
        Open = body;
    }

    public string Name { get; }

    public string[]? Parameters { get; }

    public Func<RenderState, object?, object?[], object?>? Fixed { get; }

    public Func<RenderState, object?, Arguments, object?>? Open { get; }

    /// <summary>Finds the parameters of named arguments; <see langword="null"/> if they must be sorted out at each call.</summary>
    public int[]? Place(ArgumentList arguments)
    {
        if (Parameters is null || arguments.IsOpen || arguments.Positional.Length > Parameters.Length)
        {
            return null;
        }

        int[] places = [.. arguments.Named.Select(n => Array.IndexOf(Parameters, n.Name))];
        return places.All(p => p >= arguments.Positional.Length) && places.Distinct().Count() == places.Length
            ? places
            : null;
    }

    public object? Invoke(RenderState state, object? value, Arguments arguments) =>
        Open is null ? Fixed!(state, value, arguments.Bind(state, Name, Parameters)) : Open(state, value, arguments);
}
