namespace LocalSlm.Templating;

/// <summary>Python's indexing and slicing of sequences.</summary>
internal static class Slicing
{
    /// <summary>Gets one element; <see cref="Missing"/> if there is none.</summary>
    public static object? At(RenderState state, object sequence, long index)
    {
        long length = Values.LengthOf(sequence);
        index = index < 0 ? index + length : index;
        if (index < 0 || index >= length)
        {
            return Missing.Value;
        }

        switch (sequence)
        {
            case ListValue list:
                return list[(int)index];
            case TupleValue tuple:
                return tuple.Items[index];
            case RangeValue range:
                return Boxes.Of(range.Start + (index * range.Step));
            default:
                string text = Texts.Of(sequence);
                int offset = CodePoints.OffsetOf(text, (int)index);
                return Texts.Slice(state, sequence, offset, CodePoints.LengthAt(text, offset));
        }
    }

    public static object? Slice(RenderState state, object sequence, SliceValue slice)
    {
        long step = Bound(state, slice.Step, 1);
        if (step == 0)
        {
            throw state.Error("slice step cannot be zero");
        }

        long length = Values.LengthOf(sequence);
        long start = Clamp(Bound(state, slice.Start, step > 0 ? 0 : long.MaxValue), length, step);
        long stop = slice.Stop is null
            ? step > 0
                ? length
                : -1
            : Clamp(Bound(state, slice.Stop, 0), length, step);
        if (Texts.Is(sequence))
        {
            return SliceText(state, sequence, (int)start, (int)stop, step);
        }

        if (sequence is RangeValue range)
        {
            return new RangeValue(
                range.Start + (start * range.Step),
                range.Start + (stop * range.Step),
                range.Step * Math.Clamp(step, -int.MaxValue, int.MaxValue)
            );
        }

        var indices = new RangeValue(start, stop, step);
        state.Charge(indices.Count);
        var result = new List<object?>((int)indices.Count);
        for (long i = 0; i < indices.Count; i++)
        {
            int index = (int)(start + (i * step));
            result.Add(sequence is ListValue list ? list[index] : ((TupleValue)sequence).Items[index]);
        }

        return sequence is ListValue ? new ListValue(result) : new TupleValue([.. result]);
    }

    private static object SliceText(RenderState state, object sequence, int start, int stop, long step)
    {
        string text = Texts.Of(sequence);
        if (step == 1)
        {
            if (stop <= start)
            {
                return "";
            }

            int from = CodePoints.OffsetOf(text, start);
            return Texts.Slice(state, sequence, from, CodePoints.OffsetOf(text, stop) - from);
        }

        var characters = Texts.Characters(state, sequence);
        var indices = new RangeValue(start, stop, step);
        var builder = state.RentBuilder();
        for (long i = 0; i < indices.Count; i++)
        {
            builder.AppendText(characters[(int)(start + (i * step))]!);
        }

        return state.ReturnBuilder(builder);
    }

    private static long Bound(RenderState state, object? value, long fallback) =>
        value is null ? fallback
        : Numbers.TryGetLong(value, out long bound) ? bound
        : throw state.Error(
            value is Undefined undefined
                ? undefined.Message
                : "slice indices must be integers or None or have an __index__ method"
        );

    private static long Clamp(long value, long length, long step)
    {
        if (value < 0)
        {
            value += length;
            return value < 0
                ? step < 0
                    ? -1
                    : 0
                : value;
        }

        return value >= length
            ? step < 0
                ? length - 1
                : length
            : value;
    }
}
