using System.Numerics;

namespace LocalSlm.Templating;

/// <summary>Equality of dictionary keys as Python has it: text by its characters, 1 and 1.0 and True alike.</summary>
internal sealed class KeyComparer : IEqualityComparer<object>
{
    /// <summary>Stands for the key None.</summary>
    public static readonly object None = new();

    public static readonly KeyComparer Instance = new();

    public static object Wrap(object? key) => key ?? None;

    public static object? Unwrap(object key) => ReferenceEquals(key, None) ? null : key;

    public new bool Equals(object? x, object? y)
    {
        if (ReferenceEquals(x, y))
        {
            return true;
        }

        if (Texts.TryGet(x, out string? a))
        {
            return Texts.TryGet(y, out string? b) && a == b;
        }

        if (x is TupleValue left)
        {
            return y is TupleValue right
                && left.Items.Length == right.Items.Length
                && left.Items.Zip(right.Items).All(p => Equals(Wrap(p.First), Wrap(p.Second)));
        }

        return Numbers.Is(x) && Numbers.Is(y) && Numbers.AreEqual(x!, y!);
    }

    public int GetHashCode(object obj) =>
        obj switch
        {
            string s => s.GetHashCode(StringComparison.Ordinal),
            TemplateText t => t.Value.GetHashCode(StringComparison.Ordinal),
            bool b => b ? 1 : 0,
            long l => l.GetHashCode(),
            double d => d == Math.Floor(d) && Math.Abs(d) < long.MaxValue ? ((long)d).GetHashCode() : d.GetHashCode(),
            BigInteger i => i.GetHashCode(),
            TupleValue t => t.Items.Aggregate(17, (hash, item) => (hash * 31) + GetHashCode(Wrap(item))),
            _ => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(obj),
        };
}
