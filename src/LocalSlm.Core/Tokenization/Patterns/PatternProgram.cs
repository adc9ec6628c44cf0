namespace LocalSlm.Tokenization.Patterns;

/// <summary>A compiled pattern: a nondeterministic automaton over <see cref="CharacterClasses"/>. Immutable.</summary>
internal sealed class PatternProgram
{
    private PatternProgram(
        Instruction[] code,
        CharacterClasses classes,
        bool[][] members,
        BoundaryCheck[] checks,
        LookAheadProgram[] lookAheads
    )
    {
        Code = code;
        Classes = classes;
        Members = members;
        Checks = checks;
        LookAheads = lookAheads;
        SeesBefore = checks.Any(check => check.Before is not null);
    }

    /// <summary>Gets the steps; the first is the start.</summary>
    public Instruction[] Code { get; }

    /// <summary>Gets where the pattern starts.</summary>
    public int Start { get; private init; }

    public CharacterClasses Classes { get; }

    /// <summary>Gets for each set which classes it holds.</summary>
    public bool[][] Members { get; }

    public BoundaryCheck[] Checks { get; }

    /// <summary>Gets the looks ahead at more than one code point, inner ones before outer ones.</summary>
    public LookAheadProgram[] LookAheads { get; }

    /// <summary>Gets whether what stands before a place matters.</summary>
    public bool SeesBefore { get; }

    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="FormatException">The pattern is malformed or too large.</exception>
    /// <exception cref="NotSupportedException">It has a construct that is not supported.</exception>
    public static PatternProgram Compile(string pattern)
    {
        var compiler = new PatternCompiler(pattern);
        var start = compiler.CompileWhole(PatternParser.Parse(pattern));
        var (classes, members) = CharacterClasses.Divide(compiler.Sets);
        return new(
            [.. compiler.Code],
            classes,
            members,
            [
                .. compiler.Boundaries.Select(boundary =>
                    BoundaryCheck.Create(boundary, compiler.Sets, members, classes.Count)
                ),
            ],
            [.. compiler.LookAheads]
        )
        {
            Start = start,
        };
    }
}
