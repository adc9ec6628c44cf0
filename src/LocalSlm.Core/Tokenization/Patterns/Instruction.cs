namespace LocalSlm.Tokenization.Patterns;

/// <summary>What an <see cref="Instruction"/> does.</summary>
internal enum Operation : byte
{
    /// <summary>Takes one code point out of set <see cref="Instruction.Argument"/>.</summary>
    Take,

    /// <summary>Goes on at two places, the first preferred; the second is <see cref="Instruction.Argument"/>.</summary>
    Fork,

    /// <summary>Goes on where boundary <see cref="Instruction.Argument"/> holds.</summary>
    Check,

    /// <summary>Goes on where look ahead <see cref="Instruction.Argument"/> holds.</summary>
    LookAhead,

    /// <summary>The pattern has matched.</summary>
    Match,
}

/// <summary>A step of a compiled pattern.</summary>
/// <param name="Operation">What it does.</param>
/// <param name="Next">Where it goes on.</param>
/// <param name="Argument">Depends on the operation.</param>
internal readonly record struct Instruction(Operation Operation, int Next, int Argument);
