namespace LocalSlm.Templating;

/// <summary>A Python range.</summary>
internal sealed record RangeValue(long Start, long Stop, long Step)
{
    public long Count =>
        Step > 0
            ? Start < Stop
                ? ((Stop - Start - 1) / Step) + 1
                : 0
            : Start > Stop
                ? ((Start - Stop - 1) / -Step) + 1
                : 0;
}
