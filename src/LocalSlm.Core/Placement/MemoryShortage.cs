namespace LocalSlm.Placement;

/// <summary>Memory that is not there.</summary>
/// <param name="Where">The device, or the option that limits it.</param>
/// <param name="NeededBytes">What is needed, in bytes.</param>
/// <param name="LimitBytes">What may be taken, in bytes.</param>
/// <param name="Lever">The option of the caller that moves the limit, or <see langword="null"/>.</param>
internal sealed record MemoryShortage(string Where, long NeededBytes, long LimitBytes, string? Lever)
{
    /// <summary>Gets it in words.</summary>
    public string Words =>
        Where.EndsWith("BudgetBytes", StringComparison.Ordinal)
            ? $"{ByteText.Of(NeededBytes)} are needed; {Where} allows {ByteText.Of(LimitBytes)}"
        : Where == DeviceMemory.Host
            ? $"{ByteText.Of(NeededBytes)} of main memory are needed; {ByteText.Of(LimitBytes)} may be taken"
        : $"{ByteText.Of(NeededBytes)} are needed on {Where}; {ByteText.Of(LimitBytes)} may be taken there{(Lever is null ? "" : $", beside what {Lever} keeps free")}";
}
