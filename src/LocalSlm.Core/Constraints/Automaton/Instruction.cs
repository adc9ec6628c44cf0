namespace LocalSlm.Constraints.Automaton;

/// <summary>One instruction of a compiled grammar.</summary>
/// <param name="Operation">What it does.</param>
/// <param name="Operand">The byte, the number of the automaton, of the rule or of the repeat, or where a split's targets begin.</param>
/// <param name="Next">The instruction behind it; of a split the number of its targets.</param>
internal readonly record struct Instruction(Operation Operation, int Operand, int Next);
