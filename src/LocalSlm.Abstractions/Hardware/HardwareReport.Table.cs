namespace LocalSlm;

public sealed partial record HardwareReport
{
    /// <summary>Gives a readable table, in lines; numbers as in English.</summary>
    /// <returns>The text, without a line end behind the last line.</returns>
    public override string ToString() => HardwareTable.Write(this);
}
