namespace LocalSlm.Constraints.JsonSchema;

/// <summary>Set operations on sets of values.</summary>
internal sealed class ValueAlgebra(ShapeAlgebra shapes)
{
    /// <summary>Products of more shapes than this are refused.</summary>
    private const int MaxShapes = 1_000;

    /// <summary>Gets or sets what tells that a shape holds nothing for certain. Products drop such shapes.</summary>
    public Func<ObjectShape, bool> IsEmptyObject { get; set; } = static _ => false;

    /// <summary>Gets or sets what tells that a shape holds nothing for certain. Products drop such shapes.</summary>
    public Func<ArrayShape, bool> IsEmptyArray { get; set; } = static _ => false;

    public ValueSet Intersect(ValueSet a, ValueSet b)
    {
        if (ReferenceEquals(a, ValueSet.Any))
        {
            return b;
        }

        if (ReferenceEquals(b, ValueSet.Any))
        {
            return a;
        }

        return new ValueSet
        {
            Null = a.Null && b.Null,
            True = a.True && b.True,
            False = a.False && b.False,
            Numbers = a.Numbers.Intersect(b.Numbers),
            Texts = a.Texts.Intersect(b.Texts),
            AllArrays = a.AllArrays && b.AllArrays,
            Arrays =
                a.AllArrays ? b.Arrays
                : b.AllArrays ? a.Arrays
                : Product(a.Arrays, b.Arrays),
            AllObjects = a.AllObjects && b.AllObjects,
            Objects =
                a.AllObjects ? b.Objects
                : b.AllObjects ? a.Objects
                : Product(a.Objects, b.Objects),
        };
    }

    public static ValueSet Union(IReadOnlyList<ValueSet> sets)
    {
        if (sets.Count == 1)
        {
            return sets[0];
        }

        var allArrays = sets.Any(set => set.AllArrays);
        var allObjects = sets.Any(set => set.AllObjects);

        // All lists at once: one after the other would copy them again and again.
        var literals = TextSet.FromLiterals(sets.SelectMany(set => set.Texts.Literals ?? []));
        return new ValueSet
        {
            Null = sets.Any(set => set.Null),
            True = sets.Any(set => set.True),
            False = sets.Any(set => set.False),
            Numbers = NumberSet.Union(sets.Select(set => set.Numbers)),
            Texts = sets.Where(set => set.Texts.Literals is null)
                .Aggregate(literals, (all, set) => all.Union(set.Texts)),
            AllArrays = allArrays,
            Arrays = allArrays ? [] : [.. sets.SelectMany(set => set.Arrays).Distinct()],
            AllObjects = allObjects,
            Objects = allObjects ? [] : [.. sets.SelectMany(set => set.Objects).Distinct()],
        };
    }

    public ValueSet Complement(ValueSet set, SchemaOrigin origin)
    {
        IReadOnlyList<ArrayShape>? arrays = null;
        foreach (var shape in set.Arrays)
        {
            IReadOnlyList<ArrayShape> outside = [.. shapes.Complement(shape, origin)];
            arrays = arrays is null ? outside : Product(arrays, outside);
        }

        IReadOnlyList<ObjectShape>? objects = null;
        foreach (var shape in set.Objects)
        {
            IReadOnlyList<ObjectShape> outside = [.. shapes.Complement(shape, origin)];
            objects = objects is null ? outside : Product(objects, outside);
        }

        return new ValueSet
        {
            Null = !set.Null,
            True = !set.True,
            False = !set.False,
            Numbers = set.Numbers.Complement(),
            Texts = set.Texts.Complement(),
            AllArrays = !set.AllArrays && arrays is null,
            Arrays = arrays ?? [],
            AllObjects = !set.AllObjects && objects is null,
            Objects = objects ?? [],
        };
    }

    private static void Limit(int count)
    {
        if (count > MaxShapes)
        {
            throw new GrammarException(
                "combination of subschemas",
                $"it has more than {MaxShapes} alternatives. Use fewer branches of anyOf, oneOf, allOf and not."
            );
        }
    }

    private List<ArrayShape> Product(IReadOnlyList<ArrayShape> a, IReadOnlyList<ArrayShape> b)
    {
        var product = new List<ArrayShape>();
        foreach (var left in a)
        {
            foreach (var right in b)
            {
                var both = shapes.Intersect(left, right);
                if (!IsEmptyArray(both))
                {
                    product.Add(both);
                    Limit(product.Count);
                }
            }
        }

        return product;
    }

    private List<ObjectShape> Product(IReadOnlyList<ObjectShape> a, IReadOnlyList<ObjectShape> b)
    {
        var product = new List<ObjectShape>();
        foreach (var left in a)
        {
            foreach (var right in b)
            {
                var both = shapes.Intersect(left, right);
                if (!IsEmptyObject(both))
                {
                    product.Add(both);
                    Limit(product.Count);
                }
            }
        }

        return product;
    }
}
