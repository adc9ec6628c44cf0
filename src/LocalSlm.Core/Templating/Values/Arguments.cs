namespace LocalSlm.Templating;

/// <summary>The arguments of a call.</summary>
/// <param name="Positional">Those without a name.</param>
/// <param name="Names">The names of the others, or <see langword="null"/> if there are none.</param>
/// <param name="Named">Their values.</param>
internal readonly record struct Arguments(object?[] Positional, string[]? Names = null, object?[]? Named = null)
{
    public static readonly Arguments None = new([]);

    public int NamedCount => Names?.Length ?? 0;

    /// <summary>Puts the arguments into the order of the parameters; what was not given is <see cref="Missing"/>.</summary>
    public object?[] Bind(RenderState state, string callee, params ReadOnlySpan<string> parameters)
    {
        if (Positional.Length > parameters.Length)
        {
            throw state.Error($"{callee}() takes at most {parameters.Length} arguments ({Positional.Length} given)");
        }

        object?[] bound = new object?[parameters.Length];
        Array.Fill(bound, Missing.Value);
        Positional.CopyTo(bound, 0);
        for (int i = 0; i < NamedCount; i++)
        {
            int index = parameters.IndexOf(Names![i]);
            if (index < 0)
            {
                throw state.Error($"{callee}() got an unexpected keyword argument '{Names[i]}'");
            }

            if (!ReferenceEquals(bound[index], Missing.Value))
            {
                throw state.Error($"{callee}() got multiple values for argument '{Names[i]}'");
            }

            bound[index] = Named![i];
        }

        return bound;
    }

    /// <summary>Takes one named argument out.</summary>
    public object? Take(string name, out Arguments rest)
    {
        int index = Names is null ? -1 : Array.IndexOf(Names, name);
        if (index < 0)
        {
            rest = this;
            return Missing.Value;
        }

        object? value = Named![index];
        rest = new Arguments(
            Positional,
            [.. Names!.Where((_, i) => i != index)],
            [.. Named.Where((_, i) => i != index)]
        );
        return value;
    }

    /// <summary>Drops the first positional arguments.</summary>
    public Arguments Skip(int count) => this with { Positional = Positional[Math.Min(count, Positional.Length)..] };
}
